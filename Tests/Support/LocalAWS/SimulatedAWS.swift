// SPDX-License-Identifier: Apache-2.0
// An AWS that behaves, as one value: requests and the time go in, answers come out. It has no clock, no socket and no
// chance of its own, so the same calls at the same times give the same answers, over a real socket as in memory.

public import Core
public import Platform

/// Parameter Store, Secrets Manager, ECS, CodeDeploy and STS of any number of accounts and Regions.
public struct SimulatedAWS: Sendable {
  /// The account of callers that no other was given.
  public static let defaultAccount = "123456789012"

  /// The calls that arrived.
  public internal(set) var log = CallLog()
  /// The rate limits in force; none by default. `QuotaCategory.awsDefault` has AWS's own.
  public var quotas: [QuotaCategory: Quota] = [:] { didSet { buckets = [:] } }
  /// For operations by name, how old the state is that their answers show: "ListSecrets might not reflect changes
  /// from the last five minutes". Counts only for changes made after it was set.
  public var staleness: [String: Duration] = [:]

  var identities: IdentityStore
  var topics: TopicStore
  var faults = FaultPlan()
  private var regions: [Place: RegionState] = [:]
  private var buckets: [BucketKey: TokenBucket] = [:]
  private var deferred: [(due: Timestamp, arrival: Arrival)] = []
  private var generator: SeededGenerator
  private let seed: UInt64

  private struct BucketKey: Hashable {
    var place: Place
    var category: QuotaCategory
  }

  /// An empty AWS without users. All ids and all chances follow from the seed.
  public init(seed: UInt64) {
    self.seed = seed
    generator = SeededGenerator(seed: seed)
    identities = IdentityStore(generator: SeededGenerator(seed: seed &+ 1))
    topics = TopicStore(generator: SeededGenerator(seed: seed &+ 2))
  }

  // MARK: A request's way

  /// Takes a request in: logs it and decides what goes wrong with it. `connection` and `isFirst` tell which
  /// connection it came on, and whether it was the first there.
  public mutating func admit(
    _ request: HTTPRequest, connection: Int, isFirst: Bool, at now: Timestamp
  ) -> Arrival {
    catchUp(to: now)
    let heading = Heading(of: request)
    let place = self.place(of: heading)
    let number = log.add(
      RecordedCall(
        number: 0, time: now, operation: heading.action, place: place, accessKey: heading.accessKey,
        userAgent: request.field("user-agent") ?? "", connection: connection,
        body: String(decoding: request.body, as: UTF8.self), tookEffect: false))
    let effects = faults.hit(
      heading.action, in: place, onKeptConnection: !isFirst, using: &generator)
    return Arrival(number: number, request: request, heading: heading, effects: effects)
  }

  /// Carries an arrived request out.
  public mutating func carryOut(_ arrival: Arrival, at now: Timestamp) -> Reply {
    catchUp(to: now)
    for effect in arrival.effects {
      if let reply = instead(effect, arrival, at: now) { return reply }
    }
    var reply = Reply(delay: .zero, ending: .answer(answer(arrival, at: now)))
    for effect in arrival.effects { apply(effect, to: &reply, arrival, at: now) }
    note(reply, of: arrival)
    return reply
  }

  /// Carries an arrived request out later, for nobody: its client has gone, but it is already in AWS's hands.
  public mutating func carryOut(_ arrival: Arrival, notBefore due: Timestamp) {
    deferred.append((due, arrival))
  }

  /// The answer to a request with nothing in between, for callers that want no faults of timing.
  public mutating func respond(to request: HTTPRequest, at now: Timestamp) -> Reply {
    carryOut(admit(request, connection: 0, isFirst: true, at: now), at: now)
  }

  private mutating func catchUp(to now: Timestamp) {
    while let index = deferred.indices.min(by: { deferred[$0].due < deferred[$1].due }),
      deferred[index].due <= now
    {
      let (due, arrival) = deferred.remove(at: index)
      _ = carryOut(arrival, at: due)
    }
  }

  // MARK: Faults

  private mutating func instead(_ effect: Fault.Effect, _ arrival: Arrival, at now: Timestamp) -> Reply? {
    let reply: Reply? =
      switch effect {
      case .error(let status, let code, let message):
        Reply(
          delay: .zero,
          ending: .answer(failure(APIError(code, message, status: status), arrival.heading, at: now)))
      case .body(let status, let type, let text):
        Reply(delay: .zero, ending: .answer(response(status, type, Array(text.utf8), at: now)))
      case .cutBefore: Reply(delay: .zero, ending: .cut)
      case .silenceBefore: Reply(delay: .zero, ending: .silence)
      case .errorAfter, .delayBefore, .delayAfter, .cutAfter, .silenceAfter, .truncated, .huge, .endlessPages:
        nil
      }
    if let reply { note(reply, of: arrival) }
    return reply
  }

  private mutating func apply(
    _ effect: Fault.Effect, to reply: inout Reply, _ arrival: Arrival, at now: Timestamp
  ) {
    switch effect {
    case .errorAfter(let status, let code, let message):
      reply.ending = .answer(failure(APIError(code, message, status: status), arrival.heading, at: now))
    case .delayAfter(let delay): reply.delay += delay
    case .cutAfter: reply.ending = .cut
    case .silenceAfter: reply.ending = .silence
    case .truncated(let count):
      if case .answer(let answer) = reply.ending { reply.ending = .truncated(answer, keeping: count) }
    case .huge(let count):
      let body = Array(#"{"filler":""#.utf8) + Array(repeating: UInt8(ascii: "x"), count: count)
      reply.ending = .answer(response(200, Self.contentType, body, at: now))
    case .error, .body, .cutBefore, .silenceBefore, .delayBefore, .endlessPages: break
    }
  }

  private mutating func note(_ reply: Reply, of arrival: Arrival) {
    log.update(arrival.number) { call in
      switch reply.ending {
      case .answer(let answer), .truncated(let answer, _):
        call.status = answer.status
        call.error = answer.header("x-amzn-errortype")
      case .cut, .silence: break
      }
    }
  }

  // MARK: Answers

  private static let contentType = "application/x-amz-json-1.1"

  private mutating func answer(_ arrival: Arrival, at now: Timestamp) -> HTTPResponse {
    do {
      let body = try perform(arrival, at: now)
      log.update(arrival.number) { $0.tookEffect = true }
      let type = arrival.heading.service?.queryVersion != nil ? "text/xml" : Self.contentType
      return response(200, type, body, at: now)
    } catch {
      return failure(error, arrival.heading, at: now)
    }
  }

  private mutating func perform(_ arrival: Arrival, at now: Timestamp) throws(APIError) -> [UInt8] {
    let heading = arrival.heading
    guard let service = heading.service else {
      throw APIError(
        "UnknownOperationException", "The request names no service that is known here.", status: 404)
    }
    let isUnsigned = service == .sts && heading.operation == "AssumeRoleWithWebIdentity"
    let caller = isUnsigned ? nil : try authenticated(arrival.request, at: now)
    if let caller { try authorize(caller, heading) }
    if service == .sts {
      let result = try identities.perform(heading.operation, heading.form, caller: caller, at: now)
      return wrapped(result, heading.operation)
    }
    if service == .sns {
      return wrapped(try topics.perform(heading.operation, heading.form), heading.operation)
    }
    guard let caller, let place = place(of: heading) else {
      throw APIError("MissingAuthenticationTokenException", "Missing Authentication Token")
    }
    try throttle(heading.action, in: place, at: now)
    guard var input = try? JSON(reading: arrival.request.body), input.object != nil else {
      throw APIError("SerializationException", "The body is not a JSON object.")
    }
    let isEndless = arrival.effects.contains(.endlessPages)
    if isEndless { input = input.without("NextToken", "nextToken") }
    let call = Call(
      service: service, operation: heading.operation, place: place, caller: caller, input: input)
    var output = try perform(call, at: now)
    if isEndless { output = output.with(Self.cursor(of: service), "AAAAendless") }
    return output.bytes
  }

  /// What the place to go on from is called.
  private static func cursor(of service: AWSService) -> String {
    switch service {
    case .ecs, .codedeploy: "nextToken"
    case .ssm, .secretsmanager, .sts, .sns: "NextToken"
    }
  }

  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let memory = staleness.values.max() ?? .zero
    let age = staleness[call.action] ?? .zero
    return try change(call.place) { (region) throws(APIError) in
      try region.perform(call, at: now, age: age, memory: memory)
    }
  }

  /// Changes a Region of an account, which begins with nothing in it.
  mutating func change<Result, Failure>(
    _ place: Place, _ body: (inout RegionState) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Taken out meanwhile, so that it is changed where it is, and not copied.
    var region = regions.removeValue(forKey: place) ?? newRegion(place)
    defer { regions[place] = region }
    return try body(&region)
  }

  /// Its ids follow from the seed and its name.
  private func newRegion(_ place: Place) -> RegionState {
    let name = SHA256.hash("\(place.account) \(place.region)".utf8)
    return RegionState(place: place, seed: name.prefix(8).reduce(seed) { $0 &* 257 &+ UInt64($1) })
  }

  private func authenticated(_ request: HTTPRequest, at now: Timestamp) throws(APIError) -> Identity {
    let signature = try Signature(of: request)
    let caller = try identities.caller(
      accessKey: signature.accessKey, sessionToken: request.field("x-amz-security-token"), at: now)
    try signature.check(request, by: caller, at: now)
    return caller
  }

  private func authorize(_ caller: Identity, _ heading: Heading) throws(APIError) {
    guard !caller.permissions.permit(heading.action), heading.action != "sts:GetCallerIdentity" else {
      return
    }
    throw APIError(
      "AccessDeniedException",
      "User: \(caller.arn) is not authorized to perform: \(heading.action) "
        + "because no identity-based policy allows the \(heading.action) action")
  }

  private mutating func throttle(_ action: String, in place: Place, at now: Timestamp) throws(APIError) {
    guard let category = QuotaCategory.of(action), let quota = quotas[category] else { return }
    let key = BucketKey(place: place, category: category)
    guard buckets[key, default: TokenBucket(quota, at: now)].take(at: now) else { throw .throttled }
  }

  private func place(of heading: Heading) -> Place? {
    guard let region = heading.region, let caller = identities.known(heading.accessKey) else { return nil }
    return Place(account: caller.account, region: region)
  }

  // MARK: Forms

  private mutating func response(_ status: Int, _ type: String, _ body: [UInt8], at now: Timestamp)
    -> HTTPResponse
  {
    HTTPResponse(
      status: status,
      headers: [
        ("x-amzn-RequestId", generator.uuid()), ("Content-Type", type), ("Date", DateText.http(now)),
      ], body: body)
  }

  private mutating func failure(_ error: APIError, _ heading: Heading, at now: Timestamp) -> HTTPResponse {
    let form = ErrorForm(error, of: heading.service)
    var response = response(form.status, form.contentType, form.body, at: now)
    response.headers.append(("x-amzn-ErrorType", form.code))
    return response
  }

  private mutating func wrapped(_ result: String, _ operation: String) -> [UInt8] {
    Array(
      ("<\(operation)Response><\(operation)Result>\(result)"
        + "</\(operation)Result><ResponseMetadata><RequestId>\(generator.uuid())</RequestId></ResponseMetadata>"
        + "</\(operation)Response>").utf8)
  }
}

extension JSON {
  fileprivate func without(_ names: String...) -> JSON {
    .object((object ?? []).filter { !names.contains($0.name) })
  }

  fileprivate func with(_ name: String, _ value: JSON) -> JSON {
    .object((without(name).object ?? []) + [Member(name, value)])
  }
}
