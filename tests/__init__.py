"""The tests of Aduan, a folder for each package of the house."""
