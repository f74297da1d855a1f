import type { Cause } from '../src/causes/cause.ts';
import type { Report } from '../src/causes/report.ts';
import type { JournalEvents, JournalList } from '../src/cli/journal.ts';
import type { MountsDocument } from '../src/cli/mounts.ts';
import type { OutcomeDocument } from '../src/cli/outcome-document.ts';
import type { RemedyList } from '../src/cli/remedies.ts';
import type { CaptureManifest } from '../src/host/capture-format.ts';
import type { Plan } from '../src/plan/plan.ts';
import type { RescueList } from '../src/rescue/list.ts';
import type { RescueReport } from '../src/rescue/report.ts';
import type { ThinCheck, ThinList } from '../src/rescue/thin/documents.ts';
import type { DriverComparison } from '../src/stack/drivers.ts';
import type { UsageDocument } from '../src/usage/document.ts';
import type { AlertDocument } from '../src/watch/alerts/senders.ts';

/** The documents that cross the house's border, by the name of their schema file. */
export interface Documents {
  report: Report;
  capture: CaptureManifest;
  /** `ullage causes --json` */
  causes: { version: 1; causes: Omit<Cause, 'find'>[] };
  /** `ullage plan --json` */
  plan: Plan;
  /** `ullage remedies --json` */
  remedies: RemedyList;
  /** `ullage drivers --json` */
  drivers: DriverComparison;
  /** `ullage mounts --json` */
  mounts: MountsDocument;
  /** `ullage apply --json` and `ullage undo --json` */
  outcome: OutcomeDocument;
  /** `ullage journal --json` */
  'journal-list': JournalList;
  /** `ullage journal ID --json` */
  'journal-events': JournalEvents;
  /** `ullage usage --json` */
  usage: UsageDocument;
  /** `ullage thin ls --json` */
  'thin-list': ThinList;
  /** `ullage thin check --json` */
  'thin-check': ThinCheck;
  /** `ullage rescue ls --json` */
  'rescue-list': RescueList;
  /** `ullage rescue files`, `container` and `image` with `--json` */
  'rescue-report': RescueReport;
  /** what `ullage watch` sends to webhooks and commands */
  alert: AlertDocument;
}
