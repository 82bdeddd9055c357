// npm start: the whole of Darkroom on this machine, without AWS, Docker or anything but Node.

// Before the rest is even loaded: nobody waits at an empty terminal.
if (!process.argv.some((argument) => argument === '--help' || argument === '-h'))
  process.stdout.write('Darkroom is starting …\n');
import('./start/launch.ts').then(({ launch }) => launch());
