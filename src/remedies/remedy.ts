/** What a cure is, for people. Plans (steps, checks, undo) are built from these ids. */
export interface Remedy {
  id: string;
  title: string;
  /** safe: loses nothing; destructive: deletes data that may be wanted */
  risk: 'safe' | 'downtime' | 'destructive';
  /** how it is done by hand, in the order it must be done; one step an item */
  byHand: string[];
  /** what goes wrong when it is done carelessly */
  danger?: string;
  /** id of the remedy that `ullage plan` uses for it; absent: its own id, if that can be planned */
  plan?: string;
}
