import type { Remedy } from './remedy.ts';

export const disableContainerKeyring: Remedy = {
  id: 'disable-container-keyring',
  title: 'Start containers without a session keyring',
  risk: 'safe',
  byHand: ['Podman: `keyring = false` in containers.conf; runc: --no-new-keyring', 'Start the container again'],
  danger: 'Containers then share the keyring of their parent.',
};
