// SPDX-License-Identifier: Apache-2.0

/// A call of a service that speaks the query protocol.
func queryCall(_ service: AWSServiceName, _ operation: String, _ fields: [(String, String)]) -> Call {
  guard case .query(let version) = service.wire else { preconditionFailure("\(service) speaks no query") }
  let form = ([("Action", operation), ("Version", version)] + fields)
    .map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" }.joined(separator: "&")
  return Call(service: service, operation: operation, body: Array(form.utf8), isRepeatable: true)
}

extension Answer {
  /// The `…Result` element of a query service's answer.
  func queryResult(of call: Call) throws(AWSFailure) -> XMLTree {
    let root: XMLTree
    do {
      root = try XMLTree(body, sizeLimit: 256 << 10)
    } catch {
      throw malformed(call, "the answer is not XML: \(error.message)")
    }
    guard root.name == "\(call.operation)Response", let result = root.child("\(call.operation)Result") else {
      throw malformed(call, "the answer is not what \(call.operation) answers")
    }
    return result
  }
}
