module shop

go 1.19

require (
	github.com/mattn/go-sqlite3 v1.14.16
	github.com/skip2/go-qrcode v0.0.0-20200617195104-da1b6568686e
)
