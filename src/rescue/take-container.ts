import type { StoredContainer } from '../formats/docker-store/containers.ts';
import { UllageError } from '../host/host.ts';
import { writeNewFile } from '../host/write-file.ts';
import { containerFiles, findContainer } from './find-subject.ts';
import type { RescueReport } from './report.ts';
import type { RescueSource } from './source.ts';
import { type TakeOptions, takeFiles } from './take-files.ts';

/**
 * A container's whole root file system as a tar archive, with its configuration and the files
 * Docker kept for it beside: `FILE.config.v2.json`, `FILE.hostconfig.json` …
 * @throws UllageError
 */
export function takeContainer(source: RescueSource, wanted: string, options: TakeOptions): RescueReport {
  const container = findContainer(source, wanted);
  if (!/\.tar$/i.test(options.to))
    throw new UllageError(
      'not the name of an archive',
      `--to ${options.to}`,
      'Give FILE.tar; files SOURCE NAME / --to DIR writes a directory',
    );
  const names = { subject: `container ${container.name}`, source: source.name };
  const report = takeFiles(containerFiles(source, container), '/', names, options);
  const stem = options.to.replace(/\.tar$/i, '');
  const beside = container.files.map(({ name, bytes }) => {
    const path = `${stem}.${name}`;
    writeNewFile(path, bytes.toString('utf8'), options.force || options.resume);
    return path;
  });
  report.notes.push(
    beside.length > 0
      ? `Its configuration is in ${beside.join(', ')}.`
      : 'Its configuration is lost: there is nothing in containers/ of that id.',
    importAdvice(container, options.to),
  );
  if (container.running)
    report.notes.push('It was running when the source was taken: what it had not written yet is not in it.');
  return report;
}

/** How to start it again elsewhere. The words come from the configuration: they are quoted for a shell to be read, not run by us. */
function importAdvice(container: StoredContainer, file: string): string {
  const base = `docker import ${quoted(file)} ${quoted(`rescued-${container.name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-')}`)}`;
  const { entrypoint, command } = container;
  const changes = [
    ...(entrypoint.length > 0 ? [`ENTRYPOINT ${JSON.stringify(entrypoint)}`] : []),
    ...(command.length > 0 ? [`CMD ${JSON.stringify(command)}`] : []),
  ];
  const shown = changes.map((change) => ` --change ${quoted(change)}`).join('');
  return `To start it on another host: ${base.replace('docker import', `docker import${shown}`)}`;
}

const quoted = (text: string): string => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
