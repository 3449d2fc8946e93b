// SPDX-License-Identifier: Apache-2.0

let mistakesInYAML = [
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
