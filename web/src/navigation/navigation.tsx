import { view, views, type View } from './route.js';

export function Navigation() {
  return (
    <nav class="views" aria-label="Views">
      {(Object.keys(views) as View[]).map((name) => (
        <a key={name} href={`#/${name}`} aria-current={view.value === name ? 'page' : undefined}>
          {views[name]}
        </a>
      ))}
    </nav>
  );
}
