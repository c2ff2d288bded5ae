"""How much a server takes on, by what turns cost it."""

from __future__ import annotations

import asyncio

from unknot.conversations.load import BUSY_SLOTS, LEAST, QUIET_SLOTS, SECONDS, Load


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def busy(load: Load) -> None:
    for _ in range(20):
        load.note_lateness(0.5)


def test_the_bound_is_what_the_server_can_do_in_time() -> None:
    wall, processor = Clock(), Clock()

    async def story() -> None:
        load = Load(wall, processor)
        busy(load)
        for cost in (0.1, 0.01):
            for _ in range(60):
                async with load.room():
                    wall.now += cost
            assert abs(load.bound - SECONDS / cost) <= 2
        for _ in range(60):
            async with load.room():
                wall.now += 60.0
        assert load.bound == LEAST

    asyncio.run(story())


def test_turns_that_only_wait_do_not_make_a_server_small() -> None:
    """An action server that hangs for three seconds a turn: the assistant has nothing to do meanwhile."""
    wall, processor = Clock(), Clock()

    async def story() -> None:
        load = Load(wall, processor)
        for _ in range(60):
            async with load.room():
                wall.now += 3.0
                processor.now += 0.02
        assert load.bound >= 45
        assert load.slots == QUIET_SLOTS

    asyncio.run(story())


def test_while_it_is_busy_few_are_worked_at_and_an_emergency_does_not_wait_in_line() -> None:
    async def story() -> None:
        load, over, begun = Load(), asyncio.Event(), []
        busy(load)

        async def turn(name: str, urgent: bool = False) -> None:
            async with load.room(urgent):
                begun.append(name)
                await over.wait()

        tasks = [asyncio.create_task(turn(str(number))) for number in range(10)]
        await asyncio.sleep(0)
        assert begun == [str(number) for number in range(BUSY_SLOTS)]
        tasks.append(asyncio.create_task(turn("sos", urgent=True)))
        await asyncio.sleep(0)
        assert begun[-1] == "sos"
        tasks[7].cancel()
        over.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert begun == ["0", "1", "sos", "2", "3", "4", "5", "6", "8", "9"]
        async with load.room():
            pass
        assert load._working == 0

    asyncio.run(story())


def test_nobody_joins_a_line_that_stands_still() -> None:
    """Turns may cost more from one moment to the next, before any of them has ended to tell."""
    wall = Clock()

    async def story() -> None:
        load, over = Load(wall), asyncio.Event()
        busy(load)

        async def turn() -> None:
            async with load.room():
                await over.wait()

        tasks = [asyncio.create_task(turn()) for _ in range(BUSY_SLOTS + 2)]
        await asyncio.sleep(0)
        assert load.has_room(len(tasks))
        wall.now += SECONDS + 0.1
        assert not load.has_room(len(tasks))
        assert load.has_room(len(tasks), urgent=True)
        over.set()
        await asyncio.gather(*tasks)
        assert load.has_room(0)

    asyncio.run(story())


def test_emergencies_are_let_in_beyond_the_bound_and_pauses_differ() -> None:
    load = Load()
    assert load.has_room(load.bound - 1)
    assert not load.has_room(load.bound)
    assert load.has_room(load.bound, urgent=True)
    assert not load.has_room(4 * load.bound, urgent=True)
    pauses = {load.pause() for _ in range(50)}
    assert len(pauses) == 50
    assert 1.0 <= min(pauses) <= max(pauses) <= 4.0


def test_one_pause_is_no_drowning_and_two_are() -> None:
    load = Load()
    load.note_lateness(60.0)
    assert load.is_busy
    assert not load.is_drowning
    load.note_lateness(60.0)
    assert load.is_drowning
