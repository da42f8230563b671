const NAMES =
  `Amber Ash Atlas Basil Birch Blaze Brook Canyon Cedar Clover Comet Coral Dune Echo Ember Fern Finch Flint
Frost Gale Hazel Heron Indigo Iris Ivy Jade Juniper Kestrel Lark Laurel Linden Lotus Lynx Maple Marlin Meadow Mica
Moss Nova Oak Onyx Opal Orion Otter Pearl Pine Quartz Raven Reed River Robin Rowan Rune Sable Sage Sky Slate Sorrel
Storm Wren`.split(/\s+/);
const COUNTRIES = ['BR', 'DE', 'FR', 'IN', 'JP', 'KE', 'MX', 'NL', 'NO', 'US'];

export const ARENA_PLAYERS = NAMES.map((name, i) => ({
  playerId: name.toLowerCase(),
  name,
  country: COUNTRIES[i % COUNTRIES.length] ?? 'NL',
}));
