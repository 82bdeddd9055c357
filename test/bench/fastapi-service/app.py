"""A service of the shape that Darkroom replaces, to compare throughput with: FastAPI, a folder for
originals, SQLite, and one worker thread that makes thumbnails with Pillow and reads EXIF, one
picture at a time. Written for the benchmark after the READMEs of such services, without captions.
"""

import json
import os
import queue
import sqlite3
import threading
import time
import uuid
from pathlib import Path

from fastapi import FastAPI, File, HTTPException, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

folder = Path(os.environ["SERVICE_FOLDER"])
uploads = folder / "uploads"
thumbnails = folder / "thumbnails"
for each in (uploads, thumbnails):
    each.mkdir(parents=True, exist_ok=True)

sizes = {"small": 200, "medium": 800}
database = sqlite3.connect(folder / "images.db", check_same_thread=False)
lock = threading.Lock()
work: "queue.Queue[str]" = queue.Queue()

with lock, database:
    database.execute(
        "CREATE TABLE IF NOT EXISTS images (id TEXT PRIMARY KEY, name TEXT, path TEXT, status TEXT, "
        "width INTEGER, height INTEGER, format TEXT, size INTEGER, exif TEXT, error TEXT, "
        "created REAL, processed REAL)"
    )


def execute(statement: str, *values: object) -> list[tuple]:
    with lock, database:
        return database.execute(statement, values).fetchall()


def process(image_id: str) -> None:
    [(path,)] = execute("SELECT path FROM images WHERE id = ?", image_id)
    execute("UPDATE images SET status = 'processing' WHERE id = ?", image_id)
    try:
        with Image.open(path) as image:
            tags = {ExifTags.TAGS.get(tag, str(tag)): str(value) for tag, value in image.getexif().items()}
            width, height, kind = image.width, image.height, image.format
            upright = ImageOps.exif_transpose(image).convert("RGB")
            for name, side in sizes.items():
                copy = upright.copy()
                copy.thumbnail((side, side))
                copy.save(thumbnails / f"{image_id}-{name}.jpg", quality=80)
        execute(
            "UPDATE images SET status = 'done', width = ?, height = ?, format = ?, exif = ?, "
            "processed = ? WHERE id = ?",
            width, height, kind, json.dumps(tags), time.time(), image_id,
        )
    except (OSError, UnidentifiedImageError) as error:
        execute("UPDATE images SET status = 'failed', error = ? WHERE id = ?", str(error), image_id)


def run_worker() -> None:
    while True:
        process(work.get())


threading.Thread(target=run_worker, daemon=True).start()
app = FastAPI()


@app.post("/api/images")
def upload(file: UploadFile = File(...)) -> JSONResponse:
    image_id = uuid.uuid4().hex
    content = file.file.read()
    path = uploads / f"{image_id}.jpg"
    path.write_bytes(content)
    execute(
        "INSERT INTO images (id, name, path, status, size, created) VALUES (?, ?, ?, 'queued', ?, ?)",
        image_id, file.filename, str(path), len(content), time.time(),
    )
    work.put(image_id)
    data = {"image_id": image_id, "status": "queued"}
    return JSONResponse({"status": "success", "data": data, "error": None}, status_code=202)


@app.get("/api/images/{image_id}/thumbnails/{size}")
def thumbnail(image_id: str, size: str) -> FileResponse:
    path = thumbnails / f"{image_id}-{size}.jpg"
    if size not in sizes or not path.exists():
        raise HTTPException(404, "Thumbnail not ready or missing")
    return FileResponse(path)


@app.get("/api/stats")
def stats() -> dict:
    counts = dict(execute("SELECT status, COUNT(*) FROM images GROUP BY status"))
    return {"data": {"done": counts.get("done", 0), "failed": counts.get("failed", 0)}, "error": None}
