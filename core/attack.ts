/** The version of MITRE ATT&CK Enterprise that this table states. Version 19 split Defense Evasion and renumbered T1562. */
export const attackVersion = '19.2';

/** Enterprise tactics of version 19, in the matrix's order: short name → id and name. */
export const tactics = {
  reconnaissance: { id: 'TA0043', name: 'Reconnaissance' },
  'resource-development': { id: 'TA0042', name: 'Resource Development' },
  'initial-access': { id: 'TA0001', name: 'Initial Access' },
  execution: { id: 'TA0002', name: 'Execution' },
  persistence: { id: 'TA0003', name: 'Persistence' },
  'privilege-escalation': { id: 'TA0004', name: 'Privilege Escalation' },
  stealth: { id: 'TA0005', name: 'Stealth' },
  'defense-impairment': { id: 'TA0112', name: 'Defense Impairment' },
  'credential-access': { id: 'TA0006', name: 'Credential Access' },
  discovery: { id: 'TA0007', name: 'Discovery' },
  'lateral-movement': { id: 'TA0008', name: 'Lateral Movement' },
  collection: { id: 'TA0009', name: 'Collection' },
  'command-and-control': { id: 'TA0011', name: 'Command and Control' },
  exfiltration: { id: 'TA0010', name: 'Exfiltration' },
  impact: { id: 'TA0040', name: 'Impact' },
} as const;

/** A tactic of ATT&CK, by its short name. */
export type Tactic = keyof typeof tactics;

/** A technique or sub-technique. A sub-technique's name is its own, without its parent's. */
export interface Technique {
  readonly name: string;
  readonly tactics: readonly Tactic[];
}

const technique = (name: string, ...of: readonly Tactic[]): Technique => ({ name, tactics: of });

/** The techniques that concern clouds, containers and identities: what a detection may name. */
export const techniques: Readonly<Record<string, Technique>> = {
  T1020: technique('Automated Exfiltration', 'exfiltration'),
  'T1020.001': technique('Traffic Duplication', 'exfiltration'),
  T1021: technique('Remote Services', 'lateral-movement'),
  'T1021.004': technique('SSH', 'lateral-movement'),
  'T1021.007': technique('Cloud Services', 'lateral-movement'),
  'T1021.008': technique('Direct Cloud VM Connections', 'lateral-movement'),
  T1036: technique('Masquerading', 'stealth'),
  'T1036.005': technique('Match Legitimate Resource Name or Location', 'stealth'),
  'T1036.010': technique('Masquerade Account Name', 'stealth'),
  T1037: technique('Boot or Logon Initialization Scripts', 'persistence', 'privilege-escalation'),
  T1040: technique('Network Sniffing', 'credential-access', 'discovery'),
  T1041: technique('Exfiltration Over C2 Channel', 'exfiltration'),
  T1046: technique('Network Service Discovery', 'discovery'),
  T1053: technique('Scheduled Task/Job', 'execution', 'persistence', 'privilege-escalation'),
  'T1053.007': technique('Container Orchestration Job', 'execution', 'persistence', 'privilege-escalation'),
  T1059: technique('Command and Scripting Interpreter', 'execution'),
  'T1059.004': technique('Unix Shell', 'execution'),
  'T1059.009': technique('Cloud API', 'execution'),
  T1068: technique('Exploitation for Privilege Escalation', 'privilege-escalation'),
  T1069: technique('Permission Groups Discovery', 'discovery'),
  'T1069.003': technique('Cloud Groups', 'discovery'),
  T1070: technique('Indicator Removal', 'stealth'),
  T1071: technique('Application Layer Protocol', 'command-and-control'),
  T1078: technique('Valid Accounts', 'initial-access', 'persistence', 'privilege-escalation', 'stealth'),
  'T1078.001': technique('Default Accounts', 'initial-access', 'persistence', 'privilege-escalation', 'stealth'),
  'T1078.003': technique('Local Accounts', 'initial-access', 'persistence', 'privilege-escalation', 'stealth'),
  'T1078.004': technique('Cloud Accounts', 'initial-access', 'persistence', 'privilege-escalation', 'stealth'),
  T1087: technique('Account Discovery', 'discovery'),
  'T1087.004': technique('Cloud Account', 'discovery'),
  T1090: technique('Proxy', 'command-and-control'),
  T1098: technique('Account Manipulation', 'persistence', 'privilege-escalation'),
  'T1098.001': technique('Additional Cloud Credentials', 'persistence', 'privilege-escalation'),
  'T1098.003': technique('Additional Cloud Roles', 'persistence', 'privilege-escalation'),
  'T1098.004': technique('SSH Authorized Keys', 'persistence', 'privilege-escalation'),
  'T1098.006': technique('Additional Container Cluster Roles', 'persistence', 'privilege-escalation'),
  T1102: technique('Web Service', 'command-and-control'),
  T1105: technique('Ingress Tool Transfer', 'command-and-control'),
  T1110: technique('Brute Force', 'credential-access'),
  T1133: technique('External Remote Services', 'initial-access', 'persistence'),
  T1134: technique('Access Token Manipulation', 'privilege-escalation', 'stealth'),
  'T1134.001': technique('Token Impersonation/Theft', 'privilege-escalation', 'stealth'),
  'T1134.003': technique('Make and Impersonate Token', 'privilege-escalation', 'stealth'),
  T1136: technique('Create Account', 'persistence'),
  'T1136.003': technique('Cloud Account', 'persistence'),
  T1190: technique('Exploit Public-Facing Application', 'initial-access'),
  T1195: technique('Supply Chain Compromise', 'initial-access'),
  'T1195.002': technique('Compromise Software Supply Chain', 'initial-access'),
  T1199: technique('Trusted Relationship', 'initial-access'),
  T1204: technique('User Execution', 'execution'),
  'T1204.003': technique('Malicious Image', 'execution'),
  T1210: technique('Exploitation of Remote Services', 'lateral-movement'),
  T1212: technique('Exploitation for Credential Access', 'credential-access'),
  T1213: technique('Data from Information Repositories', 'collection'),
  T1222: technique('File and Directory Permissions Modification', 'defense-impairment'),
  T1484: technique('Domain or Tenant Policy Modification', 'privilege-escalation', 'defense-impairment'),
  'T1484.001': technique('Group Policy Modification', 'privilege-escalation', 'defense-impairment'),
  'T1484.002': technique('Trust Modification', 'privilege-escalation', 'defense-impairment'),
  T1485: technique('Data Destruction', 'impact'),
  T1486: technique('Data Encrypted for Impact', 'impact'),
  T1489: technique('Service Stop', 'impact'),
  T1490: technique('Inhibit System Recovery', 'impact'),
  T1496: technique('Resource Hijacking', 'impact'),
  'T1496.001': technique('Compute Hijacking', 'impact'),
  T1498: technique('Network Denial of Service', 'impact'),
  T1499: technique('Endpoint Denial of Service', 'impact'),
  T1525: technique('Implant Internal Image', 'persistence'),
  T1526: technique('Cloud Service Discovery', 'discovery'),
  T1528: technique('Steal Application Access Token', 'credential-access'),
  T1529: technique('System Shutdown/Reboot', 'impact'),
  T1530: technique('Data from Cloud Storage', 'collection'),
  T1531: technique('Account Access Removal', 'impact'),
  T1535: technique('Unused/Unsupported Cloud Regions', 'stealth'),
  T1537: technique('Transfer Data to Cloud Account', 'exfiltration'),
  T1538: technique('Cloud Service Dashboard', 'discovery'),
  T1543: technique('Create or Modify System Process', 'persistence', 'privilege-escalation'),
  'T1543.005': technique('Container Service', 'persistence', 'privilege-escalation'),
  T1546: technique('Event Triggered Execution', 'persistence', 'privilege-escalation'),
  T1548: technique('Abuse Elevation Control Mechanism', 'privilege-escalation'),
  'T1548.005': technique('Temporary Elevated Cloud Access', 'privilege-escalation'),
  T1550: technique('Use Alternate Authentication Material', 'lateral-movement'),
  'T1550.001': technique('Application Access Token', 'lateral-movement'),
  T1552: technique('Unsecured Credentials', 'credential-access'),
  'T1552.001': technique('Credentials In Files', 'credential-access'),
  'T1552.004': technique('Private Keys', 'credential-access'),
  'T1552.005': technique('Cloud Instance Metadata API', 'credential-access'),
  'T1552.007': technique('Container API', 'credential-access'),
  T1553: technique('Subvert Trust Controls', 'defense-impairment'),
  T1555: technique('Credentials from Password Stores', 'credential-access'),
  'T1555.006': technique('Cloud Secrets Management Stores', 'credential-access'),
  T1556: technique('Modify Authentication Process', 'persistence', 'defense-impairment', 'credential-access'),
  'T1556.006': technique('Multi-Factor Authentication', 'persistence', 'defense-impairment', 'credential-access'),
  'T1556.007': technique('Hybrid Identity', 'persistence', 'defense-impairment', 'credential-access'),
  'T1556.009': technique('Conditional Access Policies', 'persistence', 'defense-impairment', 'credential-access'),
  T1557: technique('Adversary-in-the-Middle', 'credential-access', 'collection'),
  T1564: technique('Hide Artifacts', 'stealth'),
  T1565: technique('Data Manipulation', 'impact'),
  'T1565.001': technique('Stored Data Manipulation', 'impact'),
  T1567: technique('Exfiltration Over Web Service', 'exfiltration'),
  'T1567.002': technique('Exfiltration to Cloud Storage', 'exfiltration'),
  T1569: technique('System Services', 'execution'),
  T1570: technique('Lateral Tool Transfer', 'lateral-movement'),
  T1578: technique('Modify Cloud Compute Infrastructure', 'defense-impairment'),
  'T1578.001': technique('Create Snapshot', 'defense-impairment'),
  'T1578.002': technique('Create Cloud Instance', 'defense-impairment'),
  'T1578.003': technique('Delete Cloud Instance', 'defense-impairment'),
  'T1578.004': technique('Revert Cloud Instance', 'defense-impairment'),
  'T1578.005': technique('Modify Cloud Compute Configurations', 'defense-impairment'),
  T1580: technique('Cloud Infrastructure Discovery', 'discovery'),
  T1583: technique('Acquire Infrastructure', 'resource-development'),
  'T1583.003': technique('Virtual Private Server', 'resource-development'),
  T1584: technique('Compromise Infrastructure', 'resource-development'),
  T1588: technique('Obtain Capabilities', 'resource-development'),
  T1595: technique('Active Scanning', 'reconnaissance'),
  T1606: technique('Forge Web Credentials', 'credential-access'),
  'T1606.001': technique('Web Cookies', 'credential-access'),
  'T1606.002': technique('SAML Tokens', 'credential-access'),
  T1608: technique('Stage Capabilities', 'resource-development'),
  T1609: technique('Container Administration Command', 'execution'),
  T1610: technique('Deploy Container', 'execution'),
  T1611: technique('Escape to Host', 'privilege-escalation'),
  T1612: technique('Build Image on Host', 'stealth'),
  T1613: technique('Container and Resource Discovery', 'discovery'),
  T1615: technique('Group Policy Discovery', 'discovery'),
  T1619: technique('Cloud Storage Object Discovery', 'discovery'),
  T1621: technique('Multi-Factor Authentication Request Generation', 'credential-access'),
  T1648: technique('Serverless Execution', 'execution'),
  T1649: technique('Steal or Forge Authentication Certificates', 'credential-access'),
  T1651: technique('Cloud Administration Command', 'execution'),
  T1654: technique('Log Enumeration', 'discovery'),
  T1666: technique('Modify Cloud Resource Hierarchy', 'defense-impairment'),
  T1675: technique('ESXi Administration Command', 'execution'),
  T1677: technique('Poisoned Pipeline Execution', 'execution'),
  T1684: technique('Social Engineering', 'stealth'),
  'T1684.001': technique('Impersonation', 'stealth'),
  T1685: technique('Disable or Modify Tools', 'defense-impairment'),
  'T1685.002': technique('Disable or Modify Cloud Log', 'defense-impairment'),
  T1686: technique('Disable or Modify System Firewall', 'defense-impairment'),
  'T1686.001': technique('Cloud Firewall', 'defense-impairment'),
  T1687: technique('Exploitation for Defense Impairment', 'defense-impairment'),
  T1689: technique('Downgrade Attack', 'defense-impairment'),
};

/** Ids that version 19 revoked, with what they became: said when a detection still names one. */
export const revoked: Readonly<Record<string, string>> = {
  T1562: 'T1685',
  'T1562.001': 'T1685',
  'T1562.007': 'T1686.001',
  'T1562.008': 'T1685.002',
};

/**
 * Looks a technique up.
 * @throws where the id is not in the table: the message says what it became, or where to add it.
 */
export const techniqueOf = (id: string): Technique => {
  const found = Object.hasOwn(techniques, id) ? techniques[id] : undefined;
  if (found !== undefined) return found;
  const became = Object.hasOwn(revoked, id) ? revoked[id] : undefined;
  throw new Error(
    became === undefined
      ? `ATT&CK ${attackVersion}: ${id} is not in core/attack.ts: add it with its name and tactics, or use one that is`
      : `ATT&CK ${attackVersion} revoked ${id}: use ${became}`,
  );
};

/** A technique's name with its parent's, as ATT&CK prints it: "Unsecured Credentials: Cloud Instance Metadata API". */
export const fullName = (id: string): string => {
  const { name } = techniqueOf(id);
  const parent = id.split('.')[0];
  return parent === undefined || parent === id ? name : `${techniqueOf(parent).name}: ${name}`;
};
