// SPDX-License-Identifier: Apache-2.0
// Every mistake a rules file can hold, and exactly what is said about it.

import Testing

/// A file with a mistake in it.
struct Mistake: Sendable, CustomTestStringConvertible {
  let what: String
  let text: String
  let said: [String]

  init(_ what: String, _ text: String, _ said: String...) {
    (self.what, self.text, self.said) = (what, text, said)
  }

  var testDescription: String { what }
}

struct MistakeTests {
  @Test(arguments: mistakesInKeysAndTypes)
  func `in keys and types`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInPatternsAndTargets)
  func `in patterns and targets`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInDurations)
  func `in durations`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInYAML)
  func `in YAML itself`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }
}

private let mistakesInKeysAndTypes = [
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

private let mistakesInPatternsAndTargets = [
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

private let mistakesInDurations = [
  Mistake(
    "a bare number",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: 30
    """,
    "rules.yaml:5:15: error: cooldown: '30' has no unit; write 30s for seconds, or ms, m, h, d"),
  Mistake(
    "an unknown unit",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: 30x
    """,
    "rules.yaml:5:15: error: cooldown: '30x' has an unknown unit; the units are ms, s, m, h and d"),
  Mistake(
    "a negative duration",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: -5s
    """,
    "rules.yaml:5:15: error: cooldown: '-5s' is no duration; write for instance 30s, 5m or 1h30m"),
  Mistake(
    "an empty duration",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: ""
    """,
    "rules.yaml:5:15: error: cooldown: a duration is missing; write for instance 30s"),
  Mistake(
    "units out of order",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: 5s1h
    """,
    "rules.yaml:5:15: error: cooldown: '5s1h' has its units out of order; write the larger ones first"),
  Mistake(
    "a fraction",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: 1.5h
    """,
    "rules.yaml:5:15: error: cooldown: '1.5h' has a fraction; write whole numbers, such as 1h30m or 500ms"),
  Mistake(
    "a list for a duration",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: [5s]
    """,
    "rules.yaml:5:15: error: cooldown must be a duration such as 30s, not a list"),
  Mistake(
    "too long",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        cooldown: 4000d
    """,
    "rules.yaml:5:15: error: cooldown: '4000d' is longer than 365d"),
  Mistake(
    "deadline zero",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        rollout: { deadline: 0s }
    """,
    "rules.yaml:5:26: error: deadline is 0s; it must be from 1s to 365d"),
  Mistake(
    "quiet over limit",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
        debounce: { quiet: 10m, limit: 5m }
    """,
    "rules.yaml:5:24: error: quiet (10m) is longer than limit (5m), so it could never be waited for; raise limit or lower quiet"
  ),
]

private let mistakesInYAML = [
  Mistake(
    "a tab",
    """
    rules:
    \t- name: a
    """,
    "rules.yaml:2:1: error: a tab; use spaces"),
  Mistake(
    "a tab inside",
    """
    rules:
      - name: a
        watch:\t[{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:3:11: error: a tab; use spaces"),
  Mistake(
    "an alias",
    """
    rules:
      - &a { name: a, watch: [{ parameter: /a }], restart: [{ service: c/s }] }
      - *a
    """,
    "rules.yaml:2:5: error: anchors are not allowed; write the value where it is used, or quote it",
    "rules.yaml:3:5: error: a value that begins with '*' must be quoted: in YAML it is an alias"),
  Mistake(
    "a merge key",
    """
    x: &x { name: a }
    rules:
      - <<: *x
    """,
    "rules.yaml:1:4: error: anchors are not allowed; write the value where it is used, or quote it",
    "rules.yaml:3:9: error: a value that begins with '*' must be quoted: in YAML it is an alias"),
  Mistake(
    "two documents",
    """
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    ---
    rules:
      - name: a
        watch: [{ parameter: /a }]
        restart: [{ service: c/s }]
    """,
    "rules.yaml:5:1: error: not YAML: but found another document; check indentation, quotes and brackets here"
  ),
  Mistake(
    "a tag",
    """
    rules: !!python/object [a]
    """,
    "rules.yaml:1:8: error: tags are not allowed; remove it, or quote the value"),
  Mistake(
    "unclosed",
    """
    rules: [ {
    """,
    "rules.yaml:2:1: error: not YAML: did not find expected node content; check indentation, quotes and brackets here"
  ),
  Mistake(
    "bad indent",
    """
    rules:
      - name: a
       watch: b
    """,
    "rules.yaml:3:4: error: not YAML: did not find expected '-' indicator; check indentation, quotes and brackets here"
  ),
]
