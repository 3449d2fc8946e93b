// SPDX-License-Identifier: Apache-2.0
// An estate's resources are read all at once at every start, and nearly never looked up by name: so they are a sorted array and
// no dictionary, which would cost more than the rest of a start.

/// What was last seen of one scope: every resource by its name.
public struct Memory: Hashable, Sendable {
  /// One resource.
  public struct Entry: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What was last seen of it.
    public fileprivate(set) var seen: Seen

    /// An entry with both its parts.
    public init(name: String, seen: Seen) {
      self.name = name
      self.seen = seen
    }
  }

  /// All of it, in the order of the names.
  public private(set) var entries: [Entry]

  /// A memory of these, which may be in any order; they are taken as they are where they are sorted.
  public init(_ entries: [Entry]) {
    let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.name < $1.name }
    self.entries = isSorted ? entries : entries.sorted { $0.name < $1.name }
  }

  /// Nothing is remembered.
  public var isEmpty: Bool { entries.isEmpty }

  /// What was last seen of a name; nil where it is not remembered.
  public subscript(name: String) -> Seen? {
    get { position(of: name).map { entries[$0].seen } }
    set {
      let place = entries.place(of: name, by: \.name)
      let isThere = place < entries.count && entries[place].name == name
      switch newValue {
      case .some(let seen) where isThere: entries[place].seen = seen
      case .some(let seen): entries.insert(Entry(name: name, seen: seen), at: place)
      case .none where isThere: entries.remove(at: place)
      case .none: break
      }
    }
  }

  private func position(of name: String) -> Int? {
    let place = entries.place(of: name, by: \.name)
    return place < entries.count && entries[place].name == name ? place : nil
  }
}

extension Array {
  /// Where a name stands, or would, in an array that is sorted by its names.
  func place(of name: String, by key: (Element) -> String) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if key(self[middle]) < name { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
