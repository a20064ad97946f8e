package check

// FillIn is what a generated baseline has for the reason of an entry. [LoadBaseline] refuses it: nobody has accepted
// anything yet.
const FillIn = "FILL IN"
