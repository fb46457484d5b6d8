"""Invented names of people and schools."""

from __future__ import annotations

GIVEN_NAMES = ["Amara", "Beatriz", "Caleb", "Dalia", "Elias", "Farah", "Gideon", "Hana", "Ismael", "Junia", "Kofi", "Leila", "Mateo", "Noor", "Owen", "Priya", "Quentin", "Rosa", "Samir", "Talia", "Ulises", "Vera", "Wesley", "Ximena", "Yusuf", "Zoë", "Anselm", "Brigid", "Corin", "Delphine", "Emre", "Fiona", "Greta", "Hollis", "Imani", "Jasper", "Keiko", "Lorenzo", "Maren", "Nadia", "Odette", "Pavel", "René", "Sunniva", "Tobias"]

FAMILY_NAMES = ["Abara", "Brandt", "Castellano", "Dufresne", "Ekström", "Faulkner", "Girard", "Haddad", "Ibarra", "Jansen", "Kowalczyk", "Lindqvist", "Marchetti", "Núñez", "O'Dell", "Petrov", "Quispe", "Rasmussen", "Sandoval", "Tanaka", "Underhill", "Vasquez", "Whitaker", "Xiong", "Yamada", "Zielinski", "Achterberg", "Bellweather", "Coldwater", "Dunmore", "Eastlake", "Fairbairn", "Goldfinch", "Hathorne", "Inglewood", "Juniper", "Kestrel", "Larkspur", "Millbrook", "Northam", "Oakhurst", "Pemberton", "Quillfeather", "Ravenswood", "Silverton", "Thornbury", "Umberfield", "Vandermeer", "Wetherby", "Yarrow"]

SCHOOL_NAMES = (
    "Cedar Bend",
    "Harbor Hill",
    "Millrace",
    "Prairie View",
    "Stonebridge",
    "Willow Creek",
    "Copper Ridge",
    "Lakeshore",
    "Meadowlark",
    "Old Orchard",
    "Sycamore Grove",
    "Windmill Point",
)
