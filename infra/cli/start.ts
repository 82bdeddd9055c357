// npm start: the whole of Darkroom on this machine, without AWS, Docker or anything but Node.
import { launch } from './start/launch.ts';

launch();
