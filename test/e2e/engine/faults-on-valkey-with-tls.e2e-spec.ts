import { describeFaults } from '../../support/faults/describe-faults.js';
import { describeMisconfigurations } from '../../support/faults/describe-misconfigurations.js';

describeFaults({ kind: 'valkey', tls: true });
describeMisconfigurations({ kind: 'valkey', tls: true });
