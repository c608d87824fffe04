import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, invalid } from '../core/config.ts';
import type { Settings } from '../core/settings.ts';
import { faultText } from './fault.ts';

const name = 'tripline.config.ts';

/** The settings that hold where none are named: those of the directory a command runs in, else those of this installation. */
export const usualSettings = (): string => (existsSync(name) ? name : join(dirname(import.meta.dirname), name));

/**
 * Loads settings. @param path their file; absent: {@link usualSettings}
 * @throws Error where the file is not there, does not load or exports no settings: where, what, what to do
 */
export const loadSettings = async (path = usualSettings()): Promise<Settings> => {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Error(`${path}: there is no such settings file`);
  try {
    const module: { readonly default?: Settings } = await import(pathToFileURL(resolve(path)).href);
    if (module.default?.families !== undefined) return module.default;
  } catch (error) {
    if (error instanceof ConfigError) throw new Error(`${path} ${invalid(error.problems)}`, { cause: error });
    const fault = faultText(error);
    throw new Error(fault.startsWith(resolve(path)) ? fault : `${path}: ${fault}`, { cause: error });
  }
  throw new Error(`${path}: it must 'export default defineConfig({ … })'`);
};
