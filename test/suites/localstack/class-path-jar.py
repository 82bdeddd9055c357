"""Writes DynamoDBLocal.jar: no code, only a manifest that names the main class and the jars beside it."""
import os
import sys
import zipfile

folder = sys.argv[1]
jars = sorted(name for name in os.listdir(f'{folder}/DynamoDBLocal_lib') if name.endswith('.jar'))


def folded(line):
    """A manifest's line has at most 72 bytes; the next goes on after a space. JAR specification."""
    rest = ''.join('\r\n ' + line[at : at + 69] for at in range(70, len(line), 69))
    return line[:70] + rest + '\r\n'


manifest = (
    folded('Manifest-Version: 1.0')
    + folded('Main-Class: software.amazon.dynamodb.services.local.main.ServerRunner')
    + folded('Class-Path: . ' + ' '.join('DynamoDBLocal_lib/' + jar for jar in jars))
    + '\r\n'
)
with zipfile.ZipFile(f'{folder}/DynamoDBLocal.jar', 'w') as jar:
    jar.writestr('META-INF/MANIFEST.MF', manifest)
