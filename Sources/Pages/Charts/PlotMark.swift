/// The mark of a point. Each series has its own shape, for readers who do not tell colours apart.
enum PlotMark {
  /// A mark at a place, with a title that browsers show and screen readers read.
  static func markup(series: Int, at x: Double, _ y: Double, title: String) -> Markup {
    .tree(shape(series).0, shape(series).1(x, y), [.element("title", [:], title)])
  }

  private typealias Shape = (StaticString, (Double, Double) -> [Markup.Attribute])

  private static func shape(_ series: Int) -> Shape {
    switch series % 4 {
    case 0:
      (
        "circle",
        { x, y in
          [
            .init("class", "mark"), .init("cx", PlotNumber.coordinate(x)),
            .init("cy", PlotNumber.coordinate(y)), .init("r", "3.5"),
          ]
        }
      )
    case 1: polygon([(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)])
    case 2: polygon([(0, -4.5), (4.2, 3.2), (-4.2, 3.2)])
    default: polygon([(0, -4.6), (4.6, 0), (0, 4.6), (-4.6, 0)])
    }
  }

  private static func polygon(_ corners: [(Double, Double)]) -> Shape {
    (
      "polygon",
      { x, y in
        let points = corners.map {
          "\(PlotNumber.coordinate(x + $0.0)),\(PlotNumber.coordinate(y + $0.1))"
        }
        return [.init("class", "mark"), .init("points", points.joined(separator: " "))]
      }
    )
  }
}
