import { describeFaults } from '../../support/faults/describe-faults.js';
import { describeMisconfigurations } from '../../support/faults/describe-misconfigurations.js';

describeFaults({ kind: 'redis', tls: false });
describeMisconfigurations({ kind: 'redis', tls: false });
