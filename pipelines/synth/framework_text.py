"""The wording of the district's own two frameworks: domains, clusters and a standard per grade."""

from __future__ import annotations

from typing import NamedTuple

from pipelines.synth.values import Subject


class Cluster(NamedTuple):
    """A cluster of a domain: its title and one statement for each of grades 6, 7 and 8."""

    title: str
    statements: tuple[str, str, str]


class Domain(NamedTuple):
    """A domain of a framework."""

    code: str
    title: str
    clusters: tuple[Cluster, ...]


_MATHEMATICS = (
    Domain(
        "RT",
        "Ratio and change",
        (
            Cluster(
                "Compare quantities by ratio",
                (
                    "Describe how two quantities compare with a ratio and find equivalent ratios.",
                    "Find unit rates when both quantities are fractions.",
                    "Recognise a proportional relationship in a table, graph or sentence.",
                ),
            ),
            Cluster(
                "Use percent and scale",
                (
                    "Find a percent of an amount and the whole from a part.",
                    "Solve problems with markups, discounts and percent change.",
                    "Use scale factors to move between a drawing and the real thing.",
                ),
            ),
        ),
    ),
    Domain(
        "NU",
        "Numbers and operations",
        (
            Cluster(
                "Work with fractions and decimals",
                (
                    "Divide a fraction by a fraction and say what the result means.",
                    "Add and subtract positive and negative fractions on a number line.",
                    "Tell rational from irrational numbers and place both on a line.",
                ),
            ),
            Cluster(
                "Work with integers and powers",
                (
                    "Order integers and explain absolute value as a distance.",
                    "Multiply and divide integers and justify the sign.",
                    "Apply the rules of whole-number exponents and write very large numbers.",
                ),
            ),
        ),
    ),
    Domain(
        "AL",
        "Expressions and equations",
        (
            Cluster(
                "Write and change expressions",
                (
                    "Write an expression with a letter for a situation and evaluate it.",
                    "Expand and factor linear expressions with rational coefficients.",
                    "Simplify expressions with powers and roots.",
                ),
            ),
            Cluster(
                "Solve equations",
                (
                    "Solve one-step equations and check the solution.",
                    "Solve two-step equations and inequalities and graph the solutions.",
                    "Solve two linear equations together and read the meeting point.",
                ),
            ),
        ),
    ),
    Domain(
        "GD",
        "Shape and data",
        (
            Cluster(
                "Measure figures",
                (
                    "Find areas of triangles and polygons by cutting and rearranging.",
                    "Use circumference and area of a circle to solve problems.",
                    "Use the relation of the sides of a right triangle to find a length.",
                ),
            ),
            Cluster(
                "Read data",
                (
                    "Describe the centre and the spread of a data set.",
                    "Compare two groups from samples and judge the overlap.",
                    "Fit a straight line to a scatter plot and interpret its slope.",
                ),
            ),
        ),
    ),
)

_SCIENCE = (
    Domain(
        "PH",
        "Matter and energy",
        (
            Cluster(
                "Explain matter",
                (
                    "Use a particle picture to explain melting, boiling and freezing.",
                    "Tell a physical change from a chemical one by evidence.",
                    "Balance a simple reaction and account for every atom.",
                ),
            ),
            Cluster(
                "Follow energy",
                (
                    "Trace how heat moves between objects until they are equally warm.",
                    "Relate the energy of motion to mass and speed with data.",
                    "Explain how waves carry energy without carrying matter.",
                ),
            ),
        ),
    ),
    Domain(
        "LI",
        "Living things",
        (
            Cluster(
                "Cells and bodies",
                (
                    "Name the parts of a cell and what each part does.",
                    "Explain how body systems work together to keep conditions steady.",
                    "Explain how genes are passed on and why siblings differ.",
                ),
            ),
            Cluster(
                "Ecosystems",
                (
                    "Read a food web and predict the effect of losing one species.",
                    "Follow carbon and water through an ecosystem.",
                    "Use evidence to explain how a population changes over generations.",
                ),
            ),
        ),
    ),
    Domain(
        "EA",
        "Earth and space",
        (
            Cluster(
                "Weather and rock",
                (
                    "Explain why air moves from high to low pressure.",
                    "Read the age of rock layers and what they say about the past.",
                    "Use maps of quakes and volcanoes to argue for moving plates.",
                ),
            ),
            Cluster(
                "Sky",
                (
                    "Model day, night and the seasons with the tilt of the Earth.",
                    "Explain the phases of the Moon and eclipses with a model.",
                    "Compare sizes and distances in the solar system with a scale model.",
                ),
            ),
        ),
    ),
)

FRAMEWORK_TEXT = {Subject.MATHEMATICS: _MATHEMATICS, Subject.SCIENCE: _SCIENCE}
# In each framework there is something that no tool has an item on and no teacher writes down.
UNTAUGHT = {
    Subject.MATHEMATICS: Domain(
        "IN",
        "Inquiry",
        (
            Cluster(
                "Ask questions of one's own",
                (
                    "Pose a question about quantities in one's own neighbourhood.",
                    "Plan how to find out, and say what would change one's mind.",
                    "Defend a conclusion, and name what remains doubtful.",
                ),
            ),
        ),
    ),
    Subject.SCIENCE: Domain(
        "FW",
        "Field work",
        (
            Cluster(
                "Observe outdoors",
                (
                    "Keep a field notebook over a season.",
                    "Choose a site to compare with, and give reasons.",
                    "Report observations that do not fit the expectation.",
                ),
            ),
        ),
    ),
}
