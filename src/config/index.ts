export { ConfigError, engineAddresses, engineSetting, readConfig, readProcessConfig } from './config.js';
export type { Config } from './config.js';
export { CONFIG, ConfigModule } from './config.module.js';
