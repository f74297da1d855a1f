import { gunzipSync } from 'node:zlib';

/** Databases of containerd 1.6.20 after a kill in the middle of a pull, as they lay on the disk. */
const files = {
  /** eleven devices and one that no snapshot knows */
  'containerd-pool.db': [
    'H4sIAAAAAAACA+3c32rTUBwH8KRbdaiIICoIiuRKYYP+W7vqtU8g3irFFZ1oO9vhhTp9AG/0SlHv1HvxCXwBX8B32BN4Y2aSaeLQHkSw8PlAdv',
    'oNSc6P05aS5CxRlFnM250vR3Zquy+OZflAVHYwb5fy9lHeXnu9VD9+6/lmBAAAAPx34sDz/1rl/H87b1+9u/r53qXbL40oAAAA/H+K8/lj0cL3',
    'dqFyPeCgIQIAAIC5t7B3HSC7ErA7H+BcuhxKl695PhFn1wF2pwSsD+9v3Bhe31ifFkc4Ujli7ac1n/IjFLMMPkbZFYciv6/kl5X8tLL/diWPK3',
    'lQyVcq+XIl9yr5wk+5GTcbcTP924pbcTvuxKtxN+7Fa7V+nA3CtObjAwAAwJwo7vMX9//reS7m/bv/DwAAAPOvON+vRYf31n1Il5PpcjPPZ+Io',
    'OpW2T/L8Ns+P83y+luVbeX5Ry/Yvng1weiHLxbMC31Ty2cVyf08Xy/sfrZe3f1b/sf2N8WhrsDEaTtZXNsfjOyvT0WBzpfkw2ZunkFxsLifTjQ',
    'fD5GKru9Zpr3ZWu8vJaHA3XZHsv3eynGwOJsPR1vV8s3TFdGuwlb5sNpaT4WQynuyu3d5/90a590Zo941f+t93u35YVZUxCR6U5mxVNX9U1flz',
    'Ua1yUa3Qolq/eav+3H2599DOW8EDMsPb1C6V1A4sqT1bSa2QQeqUKuoEVtT5BxV1SxWtBlbU/btvd6/UeTew895sw9ENKmmtVFIvsKS1f/C97p',
    'cq6gdW1J/5HfLzDQAQ7MDe+b/5/6Hz/+s+PgAAAMyJYn5/Mf+/+J/26nMAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABgnn0D',
    'PTv78gAAAQA=',
  ],
  /** snapshots up to number 11 */
  'metadata.db': [
    'H4sIAAAAAAACA+3dTWgjZRgH8Ela2227H91V8ODFg+BFbdMmTSOKRw+CuiAqCOKkmbh1125psq5f4N70Iqzo3jwoelg86MWvg/gBiqAH7970IB',
    '4UQfADRGvHzMy2r21FSbfp+vtBMn0y2XRmmC78n5n3TRT1DGfL77/c/305/WGyVx+JNro8W14RbVz/3epv7y9e8/mHEQAAADBwSv+Q/yeD9x8O',
    '8n/eD3j2tfeqZ197/QtHFAAAAAZPuViOFq8trz3G1h6HsvrR7H15r+D42mNkXd3M+gel7HFPtv6+bP35bH3eY3hp3ecvrCRxN2nF3fQfHvz6+Z',
    'vOXvXDg2Orq4ut0uLSyVbSiY4vLrWGTsTN5ERn650oFT+nDYtrs1+2cHKpGy8uJSutGxZPTnWW4uXOsZPdqVbyyMPx8nKyMtXudB9bTpJHu9XO',
    '4uPJmTNnrjq13Np0e5wpAAAA7GVDRYTeV7x2Jsj/zwT5/4kg/68E+f/BIP+/m9VHs3o16Af8sl0/4Ln60cq5tB9Qvqj9gOV4JVnqtpJ2fOpEd2',
    'pmqnMsnqnN3RhPz9XjpNpuz7XjemNhoVavJ5Wk0phu1pPZeqtRq9dmagvzzVqzUm8k7UrSno7jZjVuN2txszYd99oMz/y9zZDtphMSAACAHTFc',
    'ROaR4rUHgvx/LMj/9wV5/84g778c5P1vt8v3L1xzcOnHNN8PpcG+fJGDfTUP9u1Go5rMx+3ZOI5b7Xa7Wm1Mtxr1Sm261ojn5uO1otmaby6sva',
    'GSVJvN1uzMfKNRqyWVWtyqzDf/Fuiz/XKGAQAAMAgu2+X8f/M9sy9e8U2a//ftRv7v24X9MP/n++UMAwAAYBCMFMl6MMb/3/x89ecf3kn7AWMD',
    'Mf4/3x5nCgAAAHvZaBGhd378/x1Z/XvQD/hpu37AufLIXden/YDxXRj/3z22uNK6MEhgp0b/5zvpdAQAAGCH7Csi89hfyzSRno169+5PZvVXQT',
    '2z9nRgXX3L2tP+dfVtwfp7S70xAnl9Pqh/LfV6A3l9a/lC3fcb9cvBAej7TABDW/yC2tTppDm8xcq5qVZzbIt181NLyenLgpXH5ztpD2O2X4dl',
    'fPPPr/XrqEwEn9/nzsrIph8/16+tH/UfBQAAsOeNFfl/l+b/+2jo49s/SK/vD19a8/9l++UMAwAAYBCMF8l6QMb/3zV0evXptB8wMhjj/7Ptca',
    'YAAACwl00UEXrnx//fmdV/BP2An7frB9w98dmVT6b9gNFdGP/f77vst5wAINtL5yMAAAA7Y38RmXfp+//OXffJ+afSfD9xaX3/X7ZfzjAAAAAG',
    'wYEiWfdGAqTx9aUsq+fz8b0RbZz/L31aXx8N5vu7P5gP8KFg/elg/r9Pg/rK8sb5ANubzAdYqaSz4s3sD3bHdIGmCzRdIAAAwCYOFvm/XOT/q6',
    'Pe9wKm8/Sn9Qel3vX7NH/3Lp9vc4F+420EQ9GF2wBezeoD/1Dnmf6VrM6HDXyT1Xf8tZnlvifxUrRvQ4YuR0Mbwng5Gl6fv0ei0X6n3rFovM9J',
    'NL8VopOP7hh3ygMAAPwvHdom/3+W5f+v/k3+3ziN4Pr8/2aQ9/M634S3g/VvB/2At4J+wK8XuR9QiiaCuw8uqQ5Bftgn/FEAAABcgiaL4F4q8v',
    '9k1Bvvny4fqRxykAAAAGCPO1z0AXpjzfP7xPNxAUey5eUOFQAAAOxZeb7f+vr/QQcJAAAA9rj8uv5k1JsyPh9sn48GP1Ss7znskAEAAAAAAAAA',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPAf/AmuF4ElAAACAA==',
  ],
} as const;

export const boltFile = (name: keyof typeof files): Uint8Array =>
  new Uint8Array(gunzipSync(Buffer.from(files[name].join(''), 'base64')));
