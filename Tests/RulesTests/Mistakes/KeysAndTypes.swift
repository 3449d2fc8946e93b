// SPDX-License-Identifier: Apache-2.0

let mistakesInKeysAndTypes = [
  Mistake(
    "an unknown key with a near one",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldwn: 2m
    """,
    "rules.yaml:5:5: error: unknown key 'cooldwn' in a rule; did you mean 'cooldown'?"),
  Mistake(
    "an unknown key",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        colour: red
    """,
    "rules.yaml:5:5: error: unknown key 'colour' in a rule; known here: name, region, account, watch, except, restart, debounce, cooldown, rollout, after, urgent, pace, window, freeze, overdue"
  ),
  Mistake(
    "a missing name",
    """
    rules:
      - watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:2:5: error: this rule has no 'name'; add it"),
  Mistake(
    "a missing watch",
    """
    rules:
      - name: a
        restart: [{ service: c/s }]
    """,
    "rules.yaml:2:5: error: this rule has no 'watch'; add it"),
  Mistake(
    "a missing restart",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
    """,
    "rules.yaml:2:5: error: this rule has no 'restart'; add it"),
  Mistake(
    "only a comment",
    """
    # nothing
    """,
    "rules.yaml:1:1: error: the file is empty; begin it with 'rules:'"),
  Mistake(
    "a scalar",
    """
    hello
    """,
    "rules.yaml:1:1: error: a rules file must be a mapping with the key rules, not 'hello'"),
  Mistake(
    "a list at the top",
    """
    - name: a
    """,
    "rules.yaml:1:1: error: a rules file must be a mapping with the key rules, not a list"),
  Mistake(
    "another top key",
    """
    rule:
      - name: a
    """,
    "rules.yaml:1:1: error: unknown key 'rule' in a rules file; did you mean 'rules'?",
    "rules.yaml:1:1: error: 'rules' is missing; begin the file with 'rules:' and a list of rules"),
  Mistake(
    "rules is a mapping",
    """
    rules: { name: a }
    """,
    "rules.yaml:1:8: error: rules must be a list, not a mapping"),
  Mistake(
    "rules is empty",
    """
    rules: []
    """,
    "rules.yaml:1:8: error: rules is an empty list; give it an entry, or remove it"),
  Mistake(
    "rules is nothing",
    """
    rules:
    """,
    "rules.yaml:1:7: error: rules must be a list, not nothing"),
  Mistake(
    "a rule is text",
    """
    rules: [hello]
    """,
    "rules.yaml:1:9: error: a rule must be a mapping with the keys name, region, account, watch, except, restart, debounce, cooldown, rollout, after, urgent, pace, window, freeze, overdue, not 'hello'"
  ),
  Mistake(
    "an empty name",
    """
    rules:
      - name: ""
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:2:11: error: name is empty; give it a value"),
  Mistake(
    "a number as name",
    """
    rules:
      - name: 7
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:2:11: error: name must be text, not '7'; quote it if it is meant so"),
  Mistake(
    "null name",
    """
    rules:
      - name: ~
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:2:11: error: name must be text, not nothing; quote it if it is meant so"),
  Mistake(
    "watch is text",
    """
    rules:
      - name: a
        watch: /a
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:12: error: watch must be a list, not '/a'"),
  Mistake(
    "watch is empty",
    """
    rules:
      - name: a
        watch: []
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:12: error: watch is an empty list; give it an entry, or remove it"),
  Mistake(
    "watch entry is text",
    """
    rules:
      - name: a
        watch: [/a]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:13: error: an entry of 'watch' must be a mapping with the keys parameter, secret, not '/a'"),
  Mistake(
    "watch with two kinds",
    """
    rules:
      - name: a
        watch: [{ parameter: /a, secret: b }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:13: error: an entry of 'watch' has one key, 'parameter' or 'secret'; make it two entries"),
  Mistake(
    "watch with no kind",
    """
    rules:
      - name: a
        watch: [{}]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:13: error: an entry of 'watch' has one key, 'parameter' or 'secret'; make it two entries"),
  Mistake(
    "watch with a wrong kind",
    """
    rules:
      - name: a
        watch: [{ paramter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:15: error: unknown key 'paramter' in an entry of 'watch'; did you mean 'parameter'?"),
  Mistake(
    "a pattern that is a number",
    """
    rules:
      - name: a
        watch: [{ secret: 7 }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:23: error: secret must be text, not '7'; quote it if it is meant so"),
  Mistake(
    "an empty pattern",
    """
    rules:
      - name: a
        watch: [{ secret: "" }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:23: error: secret is empty; give it a value"),
  Mistake(
    "an empty service",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: "" }]
    """,
    "rules.yaml:4:26: error: service is empty; give it a value"),
  Mistake(
    "restart without a key",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{}]
    """,
    "rules.yaml:4:15: error: an entry of 'restart' has one key of service, codedeploy, task, workflow, command, unit; add it"
  ),
  Mistake(
    "restart with a wrong key",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ servce: c/s }]
    """,
    "rules.yaml:4:17: error: unknown key 'servce' in an entry of 'restart'; did you mean 'service'?"),
  Mistake(
    "debounce is text",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        debounce: 30s
    """,
    "rules.yaml:5:15: error: 'debounce' must be a mapping with the keys quiet, limit, not '30s'"),
  Mistake(
    "debounce unknown key",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        debounce: { quite: 30s }
    """,
    "rules.yaml:5:17: error: unknown key 'quite' in 'debounce'; did you mean 'quiet'?"),
  Mistake(
    "a wrong region",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        region: london
    """,
    "rules.yaml:5:13: error: 'london' is no Region; write its name, for instance eu-west-2"),
  Mistake(
    "an unknown account",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        account: prod
    """,
    "rules.yaml:5:14: error: unknown account 'prod'; name it under 'accounts' in the settings"),
  Mistake(
    "twice the same key",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        name: b
    """,
    "rules.yaml:2:5: error: 'name' given more than once in this mapping; keep one"),
  Mistake(
    "twice the same rule",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:5:11: error: another rule is named 'a', at rules.yaml:2:11; give this one another name"),
]
