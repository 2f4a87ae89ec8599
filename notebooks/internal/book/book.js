// Paper is white: a page is printed in the light theme, whichever it is read in.
let theme
addEventListener("beforeprint", () => {
	theme = document.documentElement.dataset.theme
	document.documentElement.dataset.theme = "light"
})
addEventListener("afterprint", () => { document.documentElement.dataset.theme = theme })
