/** The command from its sources: `node --import tsx test/kernel/support/ullage.ts doctor`. */
import { main } from '../../../src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
