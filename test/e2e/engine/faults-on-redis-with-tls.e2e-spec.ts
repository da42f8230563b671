import { describeFaults } from '../../support/faults/describe-faults.js';
import { describeMisconfigurations } from '../../support/faults/describe-misconfigurations.js';

describeFaults({ kind: 'redis', tls: true });
describeMisconfigurations({ kind: 'redis', tls: true });
