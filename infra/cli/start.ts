// npm start: the whole of Darkroom on this machine, without AWS, Docker or anything but Node.

// Printed before the rest is loaded, so that the terminal is not empty for seconds.
if (!process.argv.some((argument) => argument === '--help' || argument === '-h'))
  process.stdout.write('Darkroom is starting …\n');
import('./start/launch.ts').then(({ launch }) => launch());
