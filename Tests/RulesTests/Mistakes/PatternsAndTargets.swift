// SPDX-License-Identifier: Apache-2.0

let mistakesInPatternsAndTargets = [
  Mistake(
    "a capture inside a segment",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/x{b}" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:31: error: '{b}' must be a whole segment, between slashes; use '*' for a part of one"),
  Mistake(
    "an unclosed capture",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/{b" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:30: error: '{' without '}'; write '\\{' for the character"),
  Mistake(
    "a capture without a name",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/{}" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:30: error: '{}' has no name; write '*' for a segment that need not be kept"),
  Mistake(
    "a capture with a bad name",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/{b c}" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:32: error: ' ' cannot be in a capture's name; use letters, digits, '_' and '-', starting with a letter, or write '\\{' for the character"
  ),
  Mistake(
    "a closing brace",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/b}" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:31: error: '}' without '{'; write '\\}' for the character"),
  Mistake(
    "a deep wildcard in a segment",
    """
    rules:
      - name: a
        watch: [{ parameter: "/a/b**" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:30: error: '**' must stand alone between slashes; use '*' inside a segment"),
  Mistake(
    "four deep wildcards",
    """
    rules:
      - name: a
        watch: [{ parameter: "/**/a/**/b/**/c/**" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:43: error: more than 3 '**' in one pattern; split it into several entries"),
  Mistake(
    "a backslash at the end",
    """
    rules:
      - name: a
        watch: [{ parameter: '/a\\' }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:29: error: a backslash at the end escapes nothing; write '\\\\' for one"),
  Mistake(
    "no leading slash",
    """
    rules:
      - name: a
        watch: [{ parameter: a/b }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:26: error: a parameter's name with a slash in it begins with one; did you mean '/a/b'?"),
  Mistake(
    "a secret arn for a parameter",
    """
    rules:
      - name: a
        watch: [{ parameter: "arn:aws:secretsmanager:eu-west-2:123456789012:secret:a-AbCdEf" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:27: error: an ARN of secretsmanager, where one of ssm belongs"),
  Mistake(
    "an arn of another region",
    """
    rules:
      - name: a
        watch: [{ parameter: "arn:aws:ssm:eu-west-1:123456789012:parameter/a" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:39: error: an ARN of eu-west-1, but the rule is for eu-west-2; give the rule 'region: eu-west-1'"
  ),
  Mistake(
    "a short account",
    """
    rules:
      - name: a
        watch: [{ parameter: "arn:aws:ssm:eu-west-2:1234:parameter/a" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:49: error: an account id has 12 digits"),
  Mistake(
    "half an arn",
    """
    rules:
      - name: a
        watch: [{ parameter: "arn:aws:ssm" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:27: error: not a whole ARN; write arn:aws:ssm:REGION:ACCOUNT:…, or the name alone"),
  Mistake(
    "a service without a cluster",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: s }]
    """,
    "rules.yaml:4:26: error: a service is written CLUSTER/SERVICE, with one slash"),
  Mistake(
    "a service with three parts",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: a/b/c }]
    """,
    "rules.yaml:4:26: error: a service is written CLUSTER/SERVICE, with one slash"),
  Mistake(
    "an unknown capture",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: "{env}/s" }]
    """,
    "rules.yaml:4:26: error: '{env}' is not captured by every pattern of 'watch'; capture it in each, or split the rule"
  ),
  Mistake(
    "a capture of one of two patterns",
    """
    rules:
      - name: a
        watch: [{ parameter: "/{env}/a" }, { secret: b }]
        restart: [{ service: "{env}/s" }]
    """,
    "rules.yaml:4:26: error: '{env}' is not captured by every pattern of 'watch'; capture it in each, or split the rule"
  ),
]
