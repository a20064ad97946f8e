package main

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
	"golang.org/x/term"
)

// terminalWidth returns how many characters fit into a line of a terminal, and 0 if w is not one.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// terminal is how texts are written to a terminal. What is not a terminal gets them as they are.
type terminal struct {
	width   int // 0 if it is not one
	colours bool
}

// terminal returns what a writer of the process is.
func (p process) terminal(w io.Writer) terminal {
	if p.width == nil {
		return terminal{}
	}
	width := p.width(w)
	return terminal{
		width:   width,
		colours: width > 0 && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb",
	}
}

// leastWidth is the width from which on lines are broken. What is narrower leaves no room for words.
const leastWidth = 40

// style returns a report in text as a terminal shows it: with colours by the first word of a line, and long lines
// broken between words. The table, which comes first, keeps its lines.
func (t terminal) style(text string) string {
	if t.width == 0 {
		return text
	}
	table, rest, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(rest, "\n")
	for i, line := range lines {
		lines[i] = t.paint(line, t.broken(line))
	}
	return table + "\n\n" + strings.Join(lines, "\n")
}

// broken returns a line with line ends where it is too long. What follows one is indented.
func (t terminal) broken(line string) string {
	const indent = "  "
	if t.width < leastWidth {
		return line
	}
	var b strings.Builder
	used := 0
	for i, word := range strings.Split(line, " ") {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+length > t.width && word != "":
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += length
	}
	return b.String()
}

// colourOf has the colours of lines by how they begin.
var colourOf = []struct {
	prefix string
	colour color.Attribute
}{
	{prefix: "breaking: ", colour: color.FgRed},
	{prefix: "drift: ", colour: color.FgYellow},
	{prefix: "note: ", colour: color.FgCyan},
	{prefix: "accepted ", colour: color.FgGreen},
	{prefix: "advice: ", colour: color.FgCyan},
	{prefix: "skipped ", colour: color.FgCyan},
	{prefix: "verdict: passed", colour: color.FgGreen},
	{prefix: "verdict: ", colour: color.FgRed},
}

// paint colours the beginning of a line, which says what it is.
func (t terminal) paint(line, broken string) string {
	if !t.colours {
		return broken
	}
	for _, c := range colourOf {
		if !strings.HasPrefix(line, c.prefix) {
			continue
		}
		style := color.New(c.colour, color.Bold)
		style.EnableColor() // whether there are colours was decided above
		n := len(strings.TrimSuffix(c.prefix, " "))
		return style.Sprint(broken[:n]) + broken[n:]
	}
	return broken
}
