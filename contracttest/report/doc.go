// Package report counts what was checked, and writes it in every form that people and their CI read.
package report
