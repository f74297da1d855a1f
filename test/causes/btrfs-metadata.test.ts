import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';

const findings = (text: string) => explainText(text, probes, causes).findings;
const find = (text: string, cause: string) => findings(text).find((finding) => finding.cause === cause);

/** Output of `btrfs filesystem usage` of a 4 GiB device; numbers measured on kernel 6.18. */
const usage = (over: { allocated?: string; unallocated?: string; data?: string; metadata?: string } = {}) => `
# btrfs filesystem usage /srv/docker
Overall:
    Device size:                   4.00GiB
    Device allocated:              ${over.allocated ?? '4.00GiB'}
    Device unallocated:            ${over.unallocated ?? '1.00MiB'}
    Device missing:                  0.00B
    Used:                          2.32GiB
    Free (estimated):              1.65GiB      (min: 1.65GiB)
    Data ratio:                       1.00
    Metadata ratio:                   2.00
    Global reserve:                5.50MiB      (used: 0.00B)

Data,single: Size:3.48GiB, Used:${over.data ?? '1.83GiB'}
   /dev/sdb         3.48GiB

Metadata,DUP: Size:256.00MiB, Used:${over.metadata ?? '250.34MiB'}
   /dev/sdb       512.00MiB

System,DUP: Size:8.00MiB, Used:16.00KiB
   /dev/sdb        16.00MiB

Unallocated:
   /dev/sdb         ${over.unallocated ?? '1.00MiB'}
`;

describe('btrfs metadata', () => {
  it('is confirmed when nothing is unallocated and the reserve takes what is left', () => {
    const finding = find(usage(), 'btrfs-metadata-exhausted');
    expect(finding).toMatchObject({ confidence: 'confirmed', severity: 'critical', subject: '/srv/docker' });
    expect(finding?.evidence.some(({ quote }) => /Unallocated|1\.00MiB/.test(quote))).toBe(true);
    expect(finding?.explanation).toMatch(/1\.[67] GiB lie free inside data chunks/);
  });

  it('that still has room in its chunks is a warning: it fails when metadata grows', () => {
    const finding = find(usage({ metadata: '137.80MiB' }), 'btrfs-metadata-exhausted');
    expect(finding).toMatchObject({ confidence: 'likely', severity: 'warning' });
  });

  it('that still has room, yet a create failed, is likely', () => {
    const text = `${usage({ metadata: '137.80MiB' })}\nmkdir: cannot create directory '/srv/docker/x': No space left on device\n`;
    expect(findings(text)[0]).toMatchObject({
      cause: 'btrfs-metadata-exhausted',
      confidence: 'likely',
      severity: 'critical',
    });
  });

  it('98 % used is healthy while chunks can be made', () => {
    expect(find(usage({ allocated: '2.66GiB', unallocated: '1.34GiB' }), 'btrfs-metadata-exhausted')).toBeUndefined();
  });

  it('is not to blame when the data chunks are full', () => {
    const all = findings(usage({ data: '3.48GiB', metadata: '139.69MiB' }));
    expect(all[0]).toMatchObject({ cause: 'btrfs-all-allocated-data-full', confidence: 'confirmed' });
    expect(all.some((finding) => finding.cause === 'btrfs-metadata-exhausted')).toBe(false);
  });

  it('is not exhausted with 9.7 MiB left; balance worked there', () => {
    const finding = find(usage({ metadata: '240.80MiB' }), 'btrfs-metadata-exhausted');
    expect(finding).toMatchObject({ confidence: 'likely', severity: 'warning' });
  });
});

const show = (size: string, used: string) => `
# btrfs filesystem show
Label: none  uuid: 7f0a1b2c-1111-4222-8333-444455556666
        Total devices 1 FS bytes used 15.58GiB
        devid    1 size ${size} used ${used} path /dev/mapper/vg-store
`;
const ENOSPC = 'touch: cannot touch /srv/docker/a: No space left on device\n';

describe('btrfs metadata from show and df', () => {
  it('is likely when all of the device is given to chunks and creating fails', () => {
    expect(findings(show('30.00GiB', '30.00GiB') + ENOSPC)[0]).toMatchObject({
      cause: 'btrfs-metadata-exhausted',
      confidence: 'likely',
    });
  });

  it('is never confirmed from terabytes rounded to 10 GiB', () => {
    const text = `${show('3.64TiB', '3.64TiB')}${ENOSPC}# btrfs filesystem df /srv/docker
Data, single: total=3.60TiB, used=3.10TiB
Metadata, DUP: total=20.00GiB, used=19.50GiB
GlobalReserve, single: total=512.00MiB, used=0.00B
`;
    expect(find(text, 'btrfs-metadata-exhausted')?.confidence).toBe('likely');
  });

  it('judges the first broken state and says that the text shows it mended', () => {
    const df = (total: string, metadata: string) => `# btrfs filesystem df /srv/docker
Data, single: total=${total}, used=14.55GiB
System, DUP: total=8.00MiB, used=16.00KiB
Metadata, DUP: total=${metadata}, used=1.03GiB
Metadata, single: total=8.00MiB, used=0.00B
GlobalReserve, single: total=352.00MiB, used=0.00B
`;
    const text = `chmod: changing permissions of '/srv/docker': No space left on device
# df -hT /srv/docker
Filesystem           Type   Size  Used Avail Use% Mounted on
/dev/mapper/vg-store btrfs   30G   17G   13G  57% /srv/docker
${df('27.22GiB', '1.38GiB')}${show('30.00GiB', '30.00GiB')}
# btrfs balance start -dusage=5 /srv/docker
ERROR: error during balancing '/srv/docker' - No space left on device
# btrfs device add /dev/vg/spare /srv/docker
# btrfs balance start -dusage=5 /srv/docker
Done, had to relocate 7 out of 36 chunks
${show('30.00GiB', '23.04GiB')}${df('20.01GiB', '1.50GiB')}`;
    const first = findings(text)[0];
    expect(first).toMatchObject({ cause: 'btrfs-metadata-exhausted', confidence: 'confirmed', subject: '/srv/docker' });
    expect(first?.explanation).toContain('mended');
    expect(find(text, 'btrfs-balance-enospc')).toMatchObject({ severity: 'notice' });
  });

  it('does not mix up two file systems of one host', () => {
    const two = `# btrfs filesystem show
Label: 'root'  uuid: aaaaaaaa-1111-4222-8333-444455556666
        Total devices 1 FS bytes used 15.58GiB
        devid    1 size 30.00GiB used 30.00GiB path /dev/sda2
Label: 'data'  uuid: bbbbbbbb-1111-4222-8333-444455556666
        Total devices 1 FS bytes used 1.58GiB
        devid    1 size 100.00GiB used 4.00GiB path /dev/sdb1
# df -hT
Filesystem Type  Size Used Avail Use% Mounted on
/dev/sda2  btrfs  30G  17G   13G  57% /
/dev/sdb1  btrfs 100G 2.0G   97G   2% /data
${ENOSPC}`;
    const subjects = findings(two)
      .filter((finding) => finding.cause === 'btrfs-metadata-exhausted')
      .map((finding) => finding.subject);
    expect(subjects).toEqual(['/']);
  });
});
