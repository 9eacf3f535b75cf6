package fetch

import (
	"fmt"
	"slices"
	"strings"
)

// List is a published list with a stable address.
type List struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Terms       string `json:"terms"`                       // in a sentence
	About       string `json:"about"`                       // the page of the publisher, where the terms stand
	User        string `json:"user_variable,omitempty"`     // the environment variable with the user's name there,
	Password    string `json:"password_variable,omitempty"` // and the one with the password; "" if none are needed
}

const (
	bambenekTerms    = "for holders of an account with Bambenek Consulting, under its licence; commercial use needs one of its own"
	bambenekAbout    = "https://www.bambenekconsulting.com/"
	bambenekUser     = "THREATNET_BAMBENEK_USER"
	bambenekPassword = "THREATNET_BAMBENEK_PASSWORD"
)

// Lists gives all lists.
func Lists() []List {
	return []List{
		{
			Name: "tranco", Description: "the Tranco list: a million registrable domains, popular over 30 days", URL: "https://tranco-list.eu/top-1m.csv.zip",
			Terms: "free for research, cite Le Pochat et al., NDSS 2019; it combines lists of other providers, some of whom exclude commercial use",
			About: "https://tranco-list.eu/",
		},
		{
			Name: "umbrella", Description: "Cisco's Umbrella list: a million host names, popular on the day before",
			URL:   "https://s3-us-west-1.amazonaws.com/umbrella-static/top-1m.csv.zip",
			Terms: "given away free of charge by Cisco Umbrella, as it is, without a stated licence",
			About: "https://s3-us-west-1.amazonaws.com/umbrella-static/index.html",
		},
		{
			Name: "majestic", Description: "the Majestic Million: a million domains that many subnets link to", URL: "https://downloads.majestic.com/majestic_million.csv",
			Terms: "Creative Commons Attribution 3.0: name Majestic as the source",
			About: "https://majestic.com/reports/majestic-million",
		},
		{
			Name: "bambenek", Description: "Bambenek's DGA feed: names of all known families", URL: "https://faf.bambenekconsulting.com/feeds/dga/dga-feed.csv",
			Terms: bambenekTerms, About: bambenekAbout, User: bambenekUser, Password: bambenekPassword,
		},
		{
			Name: "bambenek-high", Description: "Bambenek's DGA feed: names of high confidence", URL: "https://faf.bambenekconsulting.com/feeds/dga/dga-feed-high.csv",
			Terms: bambenekTerms, About: bambenekAbout, User: bambenekUser, Password: bambenekPassword,
		},
	}
}

// Find gives the list of a name, or [ErrUnknown] with the names there are.
func Find(name string) (List, error) {
	lists := Lists()
	i := slices.IndexFunc(lists, func(l List) bool { return l.Name == name })
	if i < 0 {
		names := make([]string, len(lists))
		for k, l := range lists {
			names[k] = l.Name
		}
		return List{}, fmt.Errorf("%w: %q; there is %s", ErrUnknown, name, strings.Join(names, ", "))
	}
	return lists[i], nil
}
