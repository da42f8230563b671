import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acceptFinding } from '../accept-finding.js';

/** 43 letters and digits are base64 of exactly 32 bytes without padding: what SESSION_SEALING_KEYS demands. */
const LENGTH = 43;

/** The settings of the app that are secret. Each is made once, by Secrets Manager. */
export const SECRET_SETTINGS = [
  'SESSION_SECRETS',
  'SESSION_SEALING_KEYS',
  'GAME_SERVER_KEY',
  'OPERATOR_KEY',
] as const;
export type SecretSetting = (typeof SECRET_SETTINGS)[number];

export class AppSecrets extends Construct {
  readonly bySetting: Record<SecretSetting, Secret>;

  constructor(scope: Construct, id: string, { name, key }: { name: string; key: IKey }) {
    super(scope, id);
    const create = (setting: SecretSetting) => this.create(setting, `${name}/${setting}`, key);
    this.bySetting = {
      SESSION_SECRETS: create('SESSION_SECRETS'),
      SESSION_SEALING_KEYS: create('SESSION_SEALING_KEYS'),
      GAME_SERVER_KEY: create('GAME_SERVER_KEY'),
      OPERATOR_KEY: create('OPERATOR_KEY'),
    };
  }

  private create(id: string, secretName: string, encryptionKey: IKey): Secret {
    const secret = new Secret(this, id, {
      secretName,
      encryptionKey,
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
    });
    acceptFinding(
      secret,
      'AwsSolutions-SMG4',
      'Old and new value must be valid together for the life of a session, so a person rotates it: .env.example has the steps.',
    );
    return secret;
  }
}
