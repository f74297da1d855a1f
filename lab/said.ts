/** A line of logrus' text formatter, as dockerd and containerd log: time, level, msg, then fields, quoted as Go does. */
const LOGGED = /^time="[^"]*" level=\w+ msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))(.*)$/;
const ERROR = /(?:^|\s)error=(?:"((?:[^"\\]|\\.)*)"|(\S+))/;

/** What a line of a daemon's log says, without what the logger put around it; any other text as it is. */
export function said(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const [, quoted, bare, fields = ''] = LOGGED.exec(line.trim()) ?? [];
      const message = quoted === undefined ? bare : unquoted(quoted);
      if (message === undefined) return line;
      const [, quotedError, bareError] = ERROR.exec(fields) ?? [];
      const error = quotedError === undefined ? bareError : unquoted(quotedError);
      return error === undefined ? message : `${message}: ${error}`;
    })
    .join('\n');
}

const unquoted = (text: string): string =>
  text.replace(/\\(.)/g, (_, after: string) => (after === 'n' || after === 't' ? ' ' : after));
