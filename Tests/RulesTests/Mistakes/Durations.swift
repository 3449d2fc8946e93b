// SPDX-License-Identifier: Apache-2.0

let mistakesInDurations = [
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
