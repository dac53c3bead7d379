// What every page does with scripts; without them all of it works as well, but for what moves by itself.
import { tell } from './clock.js';
import { listen } from './live.js';
import './keys.js';
import './rows.js';
import './copy.js';
import './lightbox.js';
import './sweep.js';
import { draw } from './map.js';

tell(document);
listen();
draw();
