// lib/pq by way of database/sql through a pooler. Where to: DATABASE_URL. The argument: prepared, direct or binary.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	clients = 8
	rounds  = 25
)

var (
	variant = os.Args[1]
	table   = "lib_pq_" + variant
)

// Runs with what both *sql.DB and *sql.Tx offer.
type querier interface {
	Prepare(query string) (*sql.Stmt, error)
	QueryRow(query string, arguments ...any) *sql.Row
	Exec(query string, arguments ...any) (sql.Result, error)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("%#v instead of %#v", actual, expected))
	}
}

func fails(err error, code string) {
	var found *pq.Error
	if !errors.As(err, &found) || string(found.Code) != code {
		panic(fmt.Sprintf("%v instead of error %s", err, code))
	}
}

// One row: with the variant "prepared" by a statement that is prepared, used twice and closed.
func scan(on querier, query string, arguments []any, targets ...any) error {
	if variant != "prepared" {
		return on.QueryRow(query, arguments...).Scan(targets...)
	}
	statement, err := on.Prepare(query)
	if err != nil {
		return err
	}
	defer statement.Close()
	if err := statement.QueryRow(arguments...).Scan(targets...); err != nil {
		return err
	}
	return statement.QueryRow(arguments...).Scan(targets...)
}

func checkTypes(on querier, number int) {
	given := []any{
		int64(1)<<40 + int64(number),
		fmt.Sprintf("it's \\ $1 %d", number),
		[]byte{0, 39, 92, 255, byte(number)},
		time.Date(2026, 2, 28, 23, 59, 59, number*1000, time.UTC),
		number%2 == 0,
		float64(number) + 0.25,
	}
	var i int64
	var t string
	var b []byte
	var w time.Time
	var f bool
	var d float64
	var n sql.NullString
	check(scan(on, "SELECT $1::int8, $2::text, $3::bytea, $4::timestamptz, $5::bool, $6::float8, $7::text",
		append(given, nil), &i, &t, &b, &w, &f, &d, &n))
	equal([]any{i, t, b, w.UTC(), f, d, n.Valid}, append(given, false))
}

// Another text by each client; lib/pq names statements 1, 2, 3, … on every connection.
func checkOwn(on querier, worker, number int) {
	var own int
	check(scan(on, fmt.Sprintf("SELECT $1::int * 100 + %d", worker), []any{number}, &own))
	equal(own, number*100+worker)
}

func checkCount(on querier, worker, expected int) {
	var count int
	check(scan(on, "SELECT count(*) FROM "+table+" WHERE client = $1", []any{worker}, &count))
	equal(count, expected)
}

func insert(on querier, worker, number int) error {
	_, err := on.Exec("INSERT INTO "+table+" VALUES ($1, $2)", worker, number)
	return err
}

func round(db *sql.DB, kept *sql.Stmt, worker, number int) {
	var ignored int
	checkTypes(db, number)
	checkOwn(db, worker, number)
	fails(scan(db, "SELECT 1 / $1::int", []any{0}, &ignored), "22012")
	fails(scan(db, "SELECT nothing FROM nowhere WHERE a = $1", []any{1}, &ignored), "42P01")
	var sum int
	check(kept.QueryRow(number, worker).Scan(&sum))
	equal(sum, number+worker)

	tx, err := db.Begin()
	check(err)
	check(insert(tx, worker, 2*number))
	statement, err := tx.Prepare("INSERT INTO " + table + " VALUES ($1, $2)")
	check(err)
	_, err = statement.Exec(worker, 2*number+1)
	check(err)
	check(statement.Close())
	check(tx.Stmt(kept).QueryRow(number, 1).Scan(&sum))
	equal(sum, number+1)
	checkOwn(tx, worker, number)
	check(tx.Commit())
	checkCount(db, worker, 2*number+2)

	tx, err = db.Begin()
	check(err)
	check(insert(tx, worker, -1))
	fails(insert(tx, worker, -1), "23505")
	fails(scan(tx, "SELECT $1::int", []any{1}, &ignored), "25P02")
	check(tx.Rollback())
	checkCount(db, worker, 2*number+2)

	tx, err = db.Begin()
	check(err)
	_, err = tx.Exec("SAVEPOINT here")
	check(err)
	fails(scan(tx, "SELECT 1 / $1::int", []any{0}, &ignored), "22012")
	_, err = tx.Exec("ROLLBACK TO SAVEPOINT here")
	check(err)
	checkTypes(tx, number)
	check(tx.Commit())
}

func connect() *sql.DB {
	url := os.Getenv("DATABASE_URL")
	if variant == "binary" {
		url += "&binary_parameters=yes"
	}
	db, err := sql.Open("postgres", url)
	check(err)
	db.SetMaxOpenConns(1)
	return db
}

func work(worker int) (failure any) {
	defer func() { failure = recover() }()
	db := connect()
	defer db.Close()
	// Other statements first by each, which stay.
	for i := 0; i < worker; i++ {
		statement, err := db.Prepare(fmt.Sprintf("SELECT %d + %d", worker, i))
		check(err)
		defer statement.Close()
	}
	kept, err := db.Prepare("SELECT $1::int + $2::int")
	check(err)
	defer kept.Close()
	for number := 0; number < rounds; number++ {
		round(db, kept, worker, number)
	}
	return nil
}

func main() {
	db := connect()
	_, err := db.Exec("DROP TABLE IF EXISTS " + table)
	check(err)
	_, err = db.Exec("CREATE TABLE " + table + " (client int, number int, PRIMARY KEY (client, number))")
	check(err)
	var all sync.WaitGroup
	failures := make([]any, clients)
	for worker := 0; worker < clients; worker++ {
		all.Add(1)
		go func(worker int) {
			defer all.Done()
			failures[worker] = work(worker)
		}(worker)
	}
	all.Wait()
	for worker, failure := range failures {
		if failure != nil {
			panic(fmt.Sprintf("client %d: %v", worker, failure))
		}
	}
	var count, least int
	check(db.QueryRow("SELECT count(*), min(number) FROM "+table).Scan(&count, &least))
	equal([]int{count, least}, []int{clients * rounds * 2, 0})
	check(db.Close())
	fmt.Println("passed: " + variant)
}
