-- The messages of the recorded dialogues: one of each sort that ENVELOPE and
-- BODYSTRUCTURE have words for.  Lines end in CRLF.

local function crlf(text) return (text:gsub("\n", "\r\n")) end

return {
  plain = crlf [[
Date: Thu, 1 Jan 2026 12:00:00 +0100
From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.test>
To: "Smith, Anna" <anna@example.test>, bob@example.test
Subject: =?iso-8859-1?q?Gr=F6=DFe?= and more
Message-ID: <plain@example.test>
In-Reply-To: <parent@example.test>
References: <root@example.test> <parent@example.test>

Hello
.
.dot
]],
  bare = crlf "Subject: bare\n\n",
  mixed = crlf [[
Date: Fri, 2 Jan 2026 09:30:00 +0000
From: Bob <bob@example.test>
Sender: "The \"desk\"" <desk@example.test>
Reply-To: a@example.test, b@example.test
To: undisclosed-recipients:;
Cc: Team: carol@example.test, Dan <dan@example.test>;
Subject: mixed "quoted" \ back
Message-ID: <mixed@example.test>
X-Priority: 1
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--inner
Content-Type: multipart/related; boundary=related; type="text/html"

--related
Content-Type: text/html; charset=utf-8
Content-Language: de, en

<p>Gru&szlig;<img src="cid:logo@x"></p>
--related
Content-Type: image/png; name=logo.png
Content-ID: <logo@x>
Content-Disposition: inline; filename=logo.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--related--
--inner--
--outer
Content-Type: application/octet-stream; name="=?utf-8?q?=C3=BC.bin?="
Content-Disposition: attachment; filename*0*=utf-8''%C3%BC; filename*1=.bin;
 size=5
Content-Description: five bytes
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==
Content-Location: http://example.test/five
Content-Transfer-Encoding: base64

aGVsbG8=
--outer
Content-Type: message/rfc822
Content-Disposition: attachment

From: deep@example.test
Subject: inner one
Date: Thu, 1 Jan 2026 00:00:00 +0000
Content-Type: multipart/mixed; boundary=deep

--deep

no header
--deep
Content-Type: text/csv

a,b
--deep--
--outer
Content-Type: text/x-empty

--outer--
]],
}
