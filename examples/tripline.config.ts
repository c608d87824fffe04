import { exampleSettings } from '../core/example-settings.ts';

/** The example account's settings, under which `npm start` judges `examples/logs`. */
export default exampleSettings;
