-- Extensions on Dovecot, and by script where it has them not.
require "scenario.extensions"(_ENV, require "support.mail_peers".imap)
