/// What Wikidata calls the relations of CounterFact.
package enum RelationNames {
  private static let names = [
    "P17": "country", "P19": "place of birth", "P20": "place of death",
    "P27": "country of citizenship", "P30": "continent", "P36": "capital",
    "P37": "official language", "P39": "position held", "P101": "field of work",
    "P103": "native language", "P106": "occupation", "P108": "employer", "P127": "owned by",
    "P131": "located in the entity", "P136": "genre", "P138": "named after", "P140": "religion",
    "P159": "headquarters location", "P176": "manufacturer", "P178": "developer",
    "P190": "twinned body", "P264": "record label", "P276": "location",
    "P364": "original language", "P407": "language of work", "P413": "position played",
    "P449": "original broadcaster", "P463": "member of", "P495": "country of origin",
    "P641": "sport", "P740": "location of formation", "P937": "work location",
    "P1303": "instrument", "P1412": "languages spoken",
  ]

  /// The name of a relation; `nil` for one that is not among them.
  package static func name(of relation: String) -> String? { names[relation] }

  /// The relation with its name, where it has one.
  package static func title(of relation: String) -> String {
    name(of: relation).map { "\(relation) \($0)" } ?? relation
  }
}
