package synth

// pinned holds the first two names of every family for the seed 1.
var pinned = map[string][]string{
	"bamital":      {"887ebf2a2cdd10a074bbba4cbdb4dca1.co.cc", "c8c3dd50f49cef3e6f679e8cf535b396.cz.cc"},
	"banjori":      {"xjcqerndrumbanana.com", "gkamerndrumbanana.com"},
	"bigviktor":    {"login.broadcastaveragemail.com", "submitswiftwrist.click"},
	"conficker":    {"bnauvptlndb.cn", "milnej.cn"},
	"corebot":      {"a5mazap0m11hvp405k5j.ddns.net", "bhdbzb9vf1gg4vb060.ddns.net"},
	"cryptolocker": {"ftjytgcdvkuxlyy.com", "ybofrwbyymxrjf.net"},
	"dyre":         {"a1948c8df548eef6c739f0a72f6d45d9df.cc", "bf63b8b4a91e8bdab0e39da71a28995361.ws"},
	"gozi":         {"indictmentmannerreserved.eu", "noticechargestandard.com"},
	"kraken":       {"rgtwyqtotuq.dyndns.org", "wzkajvwk.yi.org"},
	"locky":        {"kpufajvphl.yt", "unttymm.pw"},
	"matsnu":       {"princesswhistleschedule.com", "empiresurvivesphere.com"},
	"murofet":      {"yheafqmflirin.biz", "lvtoivpovwxst.info"},
	"necurs":       {"cpkidimgh.org", "kbjdcyrvae.im"},
	"newgoz":       {"d8ekwm1bd0aq71hxcqmlhxx7qz.com", "cegrw1cu0491iuk3ak1vucbui.net"},
	"nymaim2":      {"classicwidow.sc", "regular-sketch.net"},
	"ramdo":        {"ggiscoyamosusiac.org", "mgcgqswwmskqaeqy.org"},
	"ramnit":       {"wseeunaxcbgiytae.com", "ohjupswcoovbe.com"},
	"simda":        {"getoqam.com", "dehyjyn.eu"},
	"suppobox":     {"hammerwhile.net", "perhapsgrass.ru"},
	"tinba":        {"hmqcljpamqja.com", "hgcdqvxuflhn.net"},
}
