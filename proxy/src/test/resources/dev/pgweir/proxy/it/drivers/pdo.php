<?php
// PDO through a pooler. Where to: DATABASE_URL. The argument: native (prepared by the server), emulated or unprepared.
// PHP has no threads: it starts itself once for each client.
declare(strict_types=1);

const CLIENTS = 8;
const ROUNDS = 20;

$variant = $argv[1];
$table = "pdo_$variant";

function connect(string $variant): PDO
{
    $url = parse_url(getenv('DATABASE_URL'));
    $name = ltrim($url['path'], '/');
    $options = [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_EMULATE_PREPARES => $variant === 'emulated'];
    if ($variant === 'unprepared') {
        $options[PDO::PGSQL_ATTR_DISABLE_PREPARES] = true;
    }
    return new PDO(
        "pgsql:host={$url['host']};port={$url['port']};dbname=$name;sslmode=disable",
        $url['user'],
        $url['pass'],
        $options,
    );
}

function equal(mixed $actual, mixed $expected): void
{
    if ($actual !== $expected) {
        throw new Exception(var_export($actual, true) . ' instead of ' . var_export($expected, true));
    }
}

/** Prepares, executes and forgets a statement; PDO sends DEALLOCATE for it at once. */
function rows(PDO $pdo, string $sql, array $values = []): array
{
    $statement = $pdo->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll(PDO::FETCH_NUM);
}

function fails(string $state, PDO $pdo, string $sql, array $values = []): void
{
    try {
        rows($pdo, $sql, $values);
    } catch (PDOException $e) {
        equal($e->getCode(), $state);
        return;
    }
    throw new Exception("no error $state: $sql");
}

function checkTypes(PDO $pdo, int $number): void
{
    $statement = $pdo->prepare(
        'SELECT :i::int8 AS i, :t::text AS t, :b::bytea AS b, :w::timestamptz = :v::timestamptz AS w, :f::bool AS f, :n::text AS n',
    );
    $i = 2 ** 40 + $number;
    $text = "it's \$1 $number";
    $bytes = "\x00'\\\xff" . chr($number);
    $statement->bindValue('i', $i, PDO::PARAM_INT);
    $statement->bindValue('t', $text);
    $statement->bindParam('b', $bytes, PDO::PARAM_LOB);
    $statement->bindValue('w', '2026-02-28 23:59:59+00');
    $statement->bindValue('v', '2026-03-01 00:59:59+01');
    $statement->bindValue('f', $number % 2 === 0, PDO::PARAM_BOOL);
    $statement->bindValue('n', null, PDO::PARAM_NULL);
    // Twice by the same statement.
    for ($again = 0; $again < 2; $again++) {
        $statement->execute();
        $row = $statement->fetch(PDO::FETCH_ASSOC);
        $row['b'] = stream_get_contents($row['b']);
        equal($row, ['i' => $i, 't' => $text, 'b' => $bytes, 'w' => true, 'f' => $number % 2 === 0, 'n' => null]);
    }
}

/** Another text by each client; PDO's names begin anew with each connection too. */
function checkOwn(PDO $pdo, int $worker, int $number): void
{
    equal(rows($pdo, "SELECT ?::int * 100 + $worker", [$number]), [[$number * 100 + $worker]]);
}

function checkCount(PDO $pdo, string $table, int $worker, int $expected): void
{
    equal(rows($pdo, "SELECT count(*) FROM $table WHERE client = ?", [$worker]), [[$expected]]);
}

function round_(PDO $pdo, PDOStatement $kept, string $table, int $worker, int $number): void
{
    $insert = "INSERT INTO $table VALUES (?, ?)";

    checkTypes($pdo, $number);
    checkOwn($pdo, $worker, $number);
    fails('22012', $pdo, 'SELECT 1 / ?::int', [0]);
    fails('42P01', $pdo, 'SELECT nothing FROM nowhere WHERE a = ?', [1]);
    $kept->execute([$number, $worker]);
    equal($kept->fetchColumn(), $number + $worker);

    // Each statement in it is prepared and deallocated within the transaction, and the COMMIT has to be one.
    $pdo->beginTransaction();
    rows($pdo, $insert, [$worker, 2 * $number]);
    rows($pdo, $insert, [$worker, 2 * $number + 1]);
    checkOwn($pdo, $worker, $number);
    $kept->execute([$number, 1]);
    equal($kept->fetchColumn(), $number + 1);
    equal($pdo->commit(), true);
    checkCount($pdo, $table, $worker, 2 * $number + 2);

    // Prepared before the transaction and deallocated in it.
    $before = $pdo->prepare("SELECT ?::int + $worker");
    $before->execute([1]);
    equal($before->fetchColumn(), 1 + $worker);
    $pdo->beginTransaction();
    $before->execute([2]);
    equal($before->fetchColumn(), 2 + $worker);
    $before = null;
    rows($pdo, "UPDATE $table SET changed = changed + 1 WHERE client = ? AND number = ?", [$worker, 2 * $number]);
    $pdo->commit();
    equal(rows($pdo, "SELECT changed FROM $table WHERE client = ? AND number = ?", [$worker, 2 * $number]), [[1]]);

    // A DEALLOCATE in a transaction that has failed is refused as everything else, and PDO does not mind.
    $pdo->beginTransaction();
    rows($pdo, $insert, [$worker, -1]);
    fails('23505', $pdo, $insert, [$worker, -1]);
    fails('25P02', $pdo, 'SELECT ?::int', [1]);
    $pdo->rollBack();
    checkCount($pdo, $table, $worker, 2 * $number + 2);

    $pdo->beginTransaction();
    $pdo->exec('SAVEPOINT here');
    fails('22012', $pdo, 'SELECT 1 / ?::int', [0]);
    $pdo->exec('ROLLBACK TO SAVEPOINT here');
    checkTypes($pdo, $number);
    $pdo->commit();

    if ($number % 10 === 9) {
        // By the simple protocol, with several statements.
        $pdo->exec("SELECT 1; SELECT 2");
        equal($pdo->query('SELECT 3')->fetchColumn(), 3);
    }
}

function work(string $variant, string $table, int $worker): void
{
    $pdo = connect($variant);
    $others = [];
    for ($i = 0; $i < $worker; $i++) {
        $others[$i] = $pdo->prepare("SELECT $worker + $i + ?::int");
        $others[$i]->execute([1]);
        equal($others[$i]->fetchColumn(), $worker + $i + 1);
    }
    $kept = $pdo->prepare('SELECT ?::int + ?::int');
    for ($number = 0; $number < ROUNDS; $number++) {
        round_($pdo, $kept, $table, $worker, $number);
    }
}

if (isset($argv[2])) {
    work($variant, $table, (int) $argv[2]);
    exit(0);
}

$pdo = connect($variant);
$pdo->exec("DROP TABLE IF EXISTS $table");
$pdo->exec("CREATE TABLE $table (client int, number int, changed int NOT NULL DEFAULT 0, PRIMARY KEY (client, number))");
$children = [];
for ($worker = 0; $worker < CLIENTS; $worker++) {
    $children[] = proc_open([PHP_BINARY, __FILE__, $variant, (string) $worker], [], $pipes);
}
// All of them, before it ends.
$codes = array_map('proc_close', $children);
equal($codes, array_fill(0, CLIENTS, 0));
$row = $pdo->query("SELECT count(*), min(number), sum(changed) FROM $table")->fetch(PDO::FETCH_NUM);
equal($row, [CLIENTS * ROUNDS * 2, 0, CLIENTS * ROUNDS]);
echo "passed: $variant\n";
