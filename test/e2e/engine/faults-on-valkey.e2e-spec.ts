import { describeFaults } from '../../support/faults/describe-faults.js';
import { describeMisconfigurations } from '../../support/faults/describe-misconfigurations.js';

describeFaults({ kind: 'valkey', tls: false });
describeMisconfigurations({ kind: 'valkey', tls: false });
