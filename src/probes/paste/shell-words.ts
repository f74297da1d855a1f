/**
 * The simple commands of a shell line as words: quotes and backslashes are respected, of a pipe
 * only the first command counts, `;`, `&&` and `||` separate commands. Nothing is expanded.
 */
export function shellCommands(line: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word = '';
  let inWord = false;
  let quote = '';
  let piped = false;
  const endWord = (): void => {
    if (inWord && !piped) words.push(word);
    word = '';
    inWord = false;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && i + 1 < line.length) word += line[++i] ?? '';
      else word += char;
      continue;
    }
    if (char === '"' || char === "'") {
      quote = char;
      inWord = true;
    } else if (char === '\\' && i + 1 < line.length) {
      word += line[++i] ?? '';
      inWord = true;
    } else if (char === ' ' || char === '\t') endWord();
    else if (char === '#' && !inWord) break;
    else if (char === ';' || (char === '&' && line[i + 1] === '&') || (char === '|' && line[i + 1] === '|')) {
      endCommand();
      piped = false;
      if (char !== ';') i++;
    } else if (char === '|') {
      endWord();
      piped = true;
    } else if (char === '>' || char === '<') {
      // a redirection: the descriptor before it and the target behind it are no words of the command
      if (/^\d$/.test(word)) {
        word = '';
        inWord = false;
      }
      endWord();
      while (line[i + 1] === '>' || line[i + 1] === '&' || line[i + 1] === ' ') i++;
      while (i + 1 < line.length && !/[\s;|]/.test(line[i + 1] ?? '')) i++;
    } else {
      word += char;
      inWord = true;
    }
  }
  endCommand();
  return commands;
}
