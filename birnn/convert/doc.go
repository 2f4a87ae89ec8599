// Package convert reads and writes networks of package birnn in the file
// formats of other frameworks.
package convert
