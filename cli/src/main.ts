import { CommanderError } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { explain } from './failure.ts';
import { columnsOf } from './output.ts';
import { program } from './program.ts';
import { wrapText } from './text-width.ts';

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await program((code) => {
      exitCode = code;
    }).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode: code, text } = explain(error);
    process.stderr.write(`${wrapText(`weatherline: ${text}`, columnsOf(process.stderr))}\n`);
    return code;
  }
  return exitCode;
}

// A command that has something to bring to an end listens itself; any other ends here, and says so.
process.on('SIGINT', () => {
  if (process.listenerCount('SIGINT') > 1) return;
  process.stderr.write('\nweatherline: interrupted; nothing that was stored is lost\n');
  process.exit(EXIT.interrupted);
});

process.exitCode = await main(process.argv.slice(2));
// The launcher's channel, timers of libraries: nothing that is left may keep a finished command alive.
process.exit();
